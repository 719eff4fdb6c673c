"""The commands `mikomi serve`, `mikomi key` and `mikomi user`."""
