"""What a contact adds to the probability of a conversion, and who is contacted at all."""
