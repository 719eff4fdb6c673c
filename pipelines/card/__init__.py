"""The model card: what a version is, how good, for whom, and why it was promoted or refused."""

from pipelines.card.stage import run

__all__ = ["run"]
