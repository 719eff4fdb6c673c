"""What time does to training: newest rows, folds of periods, moving rates, clocks in disguise."""
