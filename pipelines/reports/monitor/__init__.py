"""The report of the monitor."""
