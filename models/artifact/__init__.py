"""The artifact: a trained model as files that hold no code."""
