"""The commands, one module a panel of `--help`."""
