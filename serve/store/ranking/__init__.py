"""The ranking in the database."""
