"""The money receipt as a page."""
