"""The command audit: a score that a company has already, judged on its own leads."""
