"""Sources: files, databases and the database of a server."""
