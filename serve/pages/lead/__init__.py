"""The page of one lead."""
