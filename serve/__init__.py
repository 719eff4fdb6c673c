"""The same scorer over HTTP."""
