"""Checks of times."""
