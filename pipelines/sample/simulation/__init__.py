"""The hidden world of the sample company: its laws, its days, and the exact truth."""
