"""Leak checks: numbered, one file each, a gate before promotion."""

from pipelines.leaks.stage import run

__all__ = ["run"]
