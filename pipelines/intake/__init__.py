"""Bringing in somebody's data: mapping, sources, rows into canonical tables, what is put aside."""
