"""Monitoring: whether the world still is as the champion learned it, and its probabilities true."""

from pipelines.monitor.stage import run

__all__ = ["run"]
