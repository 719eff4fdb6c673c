"""What one column of an unknown export looks like, and which columns go together."""
