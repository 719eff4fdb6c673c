"""A first mapping for an unknown export."""
