"""Training: the scorecard first, then what trees add."""
