"""One module per source of features; views do not know each other."""
