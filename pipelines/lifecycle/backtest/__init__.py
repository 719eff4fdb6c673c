"""The back-test: rolling origins, every method at each."""
