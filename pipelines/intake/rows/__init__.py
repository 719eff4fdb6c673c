"""Source rows into canonical rows."""
