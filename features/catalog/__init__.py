"""The catalog of features: what a model's input columns are, and how they are named."""
