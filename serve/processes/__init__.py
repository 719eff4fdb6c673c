"""Processes beside the server: follower, refresher, shadow."""
