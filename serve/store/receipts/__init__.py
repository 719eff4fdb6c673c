"""Receipts and feedback in the database."""
