"""Exact contributions, and the reasons made of them."""
