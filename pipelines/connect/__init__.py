"""Connections to CRMs: leads flow in by themselves, the score stands in the CRM by itself.

The design in ten lines:

1. A connection is a file, `connections/<name>.yaml`; its secrets come from the environment or from
   a file that its owner alone can read.
2. A system (kintone, HubSpot, Salesforce, Dynamics, SQL) is one module that can do five things:
   return changes after a cursor, the roll of all ids with their versions, records by id, write
   fields, check.
3. `pull` takes changes page by page into a mirror, one SQLite file; a page and its cursor are one
   commit.
4. `reconcile` compares the roll with the mirror once a day: what differs is read again by id, what
   is gone is confirmed by id and erased. So no weakness of a cursor loses anything for good.
5. The mirror is written as the export that `mikomi init --from` and `mikomi ingest` read; a server
   receives what changed since, by its API. There is one road of the data, and training sees the
   same.
6. `push` compares the server's ranking with a ledger of what the CRM was sent and with what it
   shows.
7. A webhook of a CRM is a hint which record to read again; its content is never trusted.
8. Outgoing webhooks are written to an outbox in the same commit as the state that they report.
9. Every write is idempotent by an id, so whatever is killed is simply done again.
10. One HTTP client waits as the vendor asks (429, Retry-After), and counts calls against a daily
   limit.
"""
