"""Words of texts: what a text mentions, and which words are worth knowing."""
