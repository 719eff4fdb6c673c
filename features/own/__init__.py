"""Own features: functions in files of the user, checked for peeking, as columns."""
