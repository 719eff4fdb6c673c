"""Leads of the store: scored, compared and replayed."""
