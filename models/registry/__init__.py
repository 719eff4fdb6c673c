"""Versions, aliases and runs in MLflow."""
