"""The files of an unknown export, brought to one row per thing."""
