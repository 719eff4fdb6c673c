"""The stages for notebooks: in a folder of their own, with results as tables and pictures."""
