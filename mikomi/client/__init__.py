"""The client of a mikomi server's API; it needs httpx and the standard library alone.

::

    from mikomi.client import Client

    with Client("http://localhost:8000", key="mk_...") as client:
        for lead in client.ranking(band="hot")["leads"]:
            print(lead["lead_id"], lead["probability"])

`AsyncClient` has the same calls, to be awaited. Bodies and answers are TypedDicts in
`mikomi.client.bodies`, `scores`, `answers` and `shared`. A refusal raises `ApiProblem`.
"""

from mikomi.client.connection import AsyncClient, Client
from mikomi.client.problem import ApiProblem

__all__ = ["ApiProblem", "AsyncClient", "Client"]
