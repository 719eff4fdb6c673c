"""What a list won beyond chance, and declared tests: intervals, looks, verdicts, power."""
