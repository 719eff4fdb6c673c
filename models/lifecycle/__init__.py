"""What happens to a model after training: back-tests and recalibration."""
