"""The page of a declared test."""
