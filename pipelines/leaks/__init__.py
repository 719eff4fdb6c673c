"""Leak checks, one numbered check a file: the gate before promotion."""
