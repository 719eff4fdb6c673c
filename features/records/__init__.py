"""Canonical tables as sorted, coded columns: one module for each table."""
