"""The data checks, one numbered check a file, by what they look at."""
