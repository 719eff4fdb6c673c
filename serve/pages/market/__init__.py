"""The pages of marketing and managers: the week, spend, nurturing, the points table."""
