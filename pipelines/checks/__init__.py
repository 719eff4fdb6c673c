"""The data checks, one numbered check a file."""
