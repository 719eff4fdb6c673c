"""Own features: functions in a file of the user's, checked for peeking, as columns like any other."""
