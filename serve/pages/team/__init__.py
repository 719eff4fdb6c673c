"""The pages of managers about their team: salespeople, assignment, limits of bands, users."""
