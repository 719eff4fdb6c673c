"""The command worth: what the weekly lists won, from the share that a lot put on them."""
