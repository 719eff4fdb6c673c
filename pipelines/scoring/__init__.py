"""Scoring and ranking all open leads, and explaining one."""
