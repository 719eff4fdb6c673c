"""What is kept: leads, what they did, what became of them, and every answer that was given."""
