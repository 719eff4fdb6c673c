"""Evaluation of parts of the leads: segments, protected groups, by age and month."""
