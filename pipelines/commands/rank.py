"""Ranking the open leads, and the versions of the model that may do it."""

import typer


def add(app: typer.Typer) -> None:
    """Add the commands of this panel."""
