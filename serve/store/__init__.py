"""The database: leads and their records, the ranking, receipts, users and API keys."""
