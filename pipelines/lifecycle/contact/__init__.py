"""Contacts: what they add, and what follows for leads that nobody contacted."""
