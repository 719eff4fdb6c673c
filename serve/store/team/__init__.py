"""A sales team in the database: limits of the bands, salespeople, speed, spend, points."""
