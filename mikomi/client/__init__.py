"""The client of a mikomi server's API; it needs httpx and the standard library alone."""
