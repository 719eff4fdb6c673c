"""The ranking of open leads: computed, written, read as a weekly list."""
