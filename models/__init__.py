"""From a feature frame to a ranked, explained lead."""
