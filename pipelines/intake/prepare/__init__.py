"""Prepared sources: looked-up columns, derived columns, conditions, groups."""
