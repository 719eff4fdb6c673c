"""Checks of rows, keys and references."""
