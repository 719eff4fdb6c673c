"""Back-tests: what the model would have been worth, had it been trained at origins in the past."""

from pipelines.backtest.stage import run

__all__ = ["run"]
