"""How and when deals ended, and which columns follow their end."""
