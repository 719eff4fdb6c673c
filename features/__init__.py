"""What is known about a lead at a moment."""
