"""Encoders of leads into sorted columns: from tables of a database, from records, from JSON."""
