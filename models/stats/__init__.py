"""Metrics, log-odds, splits and the training set: statistics that every model shares."""
