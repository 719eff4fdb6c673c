"""One walk over the activities and cutoffs of a lead, and what it counts."""
