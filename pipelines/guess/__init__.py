"""A first mapping from the look of an export."""
