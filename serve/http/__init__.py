"""What every request passes: access, limits, logs, metrics, problems."""
