"""Routes that score and explain: a lead in a request, receipts and what is read from them."""
