"""Refusal of parameters of a query that a route of the API does not have.

Decided here: a filter that nobody reads would answer what was not requested, so its name is
refused. The parameters of a route are those of its description, and this is checked here for all
routes of the API; pages and webhooks are called with parameters of others. `lang` may be sent to
every route, as programs send it with each call: it selects sentences, and not every answer has any.
"""

from functools import lru_cache
from typing import Any, Final

from fastapi import Request
from starlette.datastructures import QueryParams

from serve.http.access import API
from serve.routes.describing import LANGUAGE
from serve.wire.bodies import refuse
from serve.wire.unknown_fields import unknown_names

_CACHED: Final = 1_024
"""How many different queries are remembered as right."""
_PLACE: Final = "parameter "


async def only_known(request: Request) -> None:
    """Check the query of a request for a route of the API; a dependency of all routes.

    Parameters
    ----------
    request
        With its route.

    Raises
    ------
    BadBody
        With every parameter that the route does not have.
    """
    query = request.scope.get("query_string", b"")
    route: Any = request.scope["route"]
    if query and route.path_format.startswith(f"{API}/"):
        described = (route.openapi_extra or {}).get("parameters", ())
        check_query(query, tuple(one["name"] for one in described))


@lru_cache(_CACHED)
def check_query(query: bytes, known: tuple[str, ...]) -> None:
    """Check the names of a query.

    Parameters
    ----------
    query
        As sent.
    known
        The names that the route has.

    Raises
    ------
    BadBody
        With every other name.

    >>> check_query(b"lang=ja&target=upsell", ("lang", "target"))
    """
    sent = (name for name in QueryParams(query) if name != LANGUAGE["name"])
    refuse(unknown_names(sent, known, _PLACE))
