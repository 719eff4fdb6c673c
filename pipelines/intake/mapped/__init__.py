"""Applying a mapping: source rows in, canonical rows and problems out."""
