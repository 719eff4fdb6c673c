"""Requests and responses of the work of a team."""
