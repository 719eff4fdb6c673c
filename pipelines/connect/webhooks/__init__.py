"""Outgoing webhooks by the Standard Webhooks form: events, their outbox, their delivery."""
