"""Applied to every request: access, limits, logs, metrics, problems."""
