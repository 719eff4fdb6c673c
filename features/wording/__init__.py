"""The sentences and nouns in which features are shown, in English and Japanese."""
