"""The monitor: drift, calibration and activities since training."""
