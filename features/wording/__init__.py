"""Features as sentences in English and Japanese."""
