"""The mapping file: its schema, and how it is read."""
