"""The checks of a score, by topic."""
