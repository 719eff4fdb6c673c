"""The ranking as a page and as a CSV file."""
