"""Monitoring of the champion: drift, calibration, activity volumes, unknown values."""
