"""The routes: requests for scores, records, the work of a team, and the state of the server."""
