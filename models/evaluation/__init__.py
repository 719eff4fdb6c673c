"""Evaluation on a test period that is over."""
