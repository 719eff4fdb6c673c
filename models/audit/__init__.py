"""The audit of a score that a company has already: does it order, does it peek, is it stuck."""
