"""The input of a model: records of leads at a point in time, and what they lack."""
