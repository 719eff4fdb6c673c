"""Routes of stored leads: their records, their scores and the steps that people take with them."""
