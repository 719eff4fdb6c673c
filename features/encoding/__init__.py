"""Coding the canonical tables: one module a table."""
