"""mikomi for Python programs: the API of a server as `mikomi.client`."""
