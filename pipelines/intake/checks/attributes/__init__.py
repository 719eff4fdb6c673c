"""Checks of attributes and their values."""
