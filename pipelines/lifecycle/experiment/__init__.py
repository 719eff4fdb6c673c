"""The command experiment: tests that are declared, drawn by lot, and analysed."""
