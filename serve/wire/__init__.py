"""Requests and responses: their shapes, and how they are read."""
