"""How processor time and memory of every stage grow with the leads."""
