"""How written values are read: the same for an export and for a request."""
