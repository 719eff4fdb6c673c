"""The score that sales uses today: reading it, and its value at a moment."""
