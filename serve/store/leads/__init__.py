"""Leads and their records in the database."""
