"""Routes of the work of a team: salespeople, assignment, spend and the weekly digest."""
