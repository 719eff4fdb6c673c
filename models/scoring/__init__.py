"""From feature rows to probabilities, scores, bands and reasons."""
