"""The speed of answers, pages, the store, explanations and batch scoring."""
