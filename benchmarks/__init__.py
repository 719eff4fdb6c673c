"""Speed and quality measured against named peers; not tests."""
