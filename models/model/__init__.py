"""What a model is: scorecard, trees, calibration, interval, reference population."""
