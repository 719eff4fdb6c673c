"""Exact contributions of small trees, from LightGBM's text format."""
