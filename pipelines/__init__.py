"""One module per stage: read, call, write; and the `mikomi` command."""
