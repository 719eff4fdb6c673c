"""Ids in the path of an address: one segment, whatever stands in it.

Decided here: an id is one segment of the address as it was sent, so `a%2Fscore` is an id and
`a/score` is not. The server has decoded `%2F` before routes are matched; therefore a path is
decoded again, segment by segment, with a noncharacter for the slash, which the convertor of the
routes (`{lead_id:id}`) turns back. No id holds that noncharacter (`features.reading.id_rule`).
"""

from typing import Any, Final
from urllib.parse import unquote

from starlette.convertors import Convertor, register_url_convertor

from features.reading.id_rule import REPLACED

_SLASH: Final = "\ufdd0"


class _Ids(Convertor[str]):
    regex = "[^/]+"

    def convert(self, value: str) -> str:
        return value.replace(_SLASH, "/")

    def to_string(self, value: str) -> str:
        return value.replace("/", _SLASH)


register_url_convertor("id", _Ids())


def keep_segments(scope: Any) -> None:
    """Decode the path of a request segment by segment.

    >>> scope = {"path": "/v1/leads/a/b", "raw_path": b"/v1/leads/a%2Fb"}
    >>> keep_segments(scope)
    >>> scope["path"] == f"/v1/leads/a{_SLASH}b", decoded(scope["path"])
    (True, '/v1/leads/a/b')
    """
    raw = scope.get("raw_path") or b""
    if b"%" in raw:
        pieces = raw.decode("latin-1").split("?")[0].split("/")
        scope["path"] = "/".join(
            unquote(one).replace(_SLASH, REPLACED).replace("/", _SLASH) for one in pieces
        )


def decoded(path: str) -> str:
    """Return a path, or a part of one, with the slashes of ids as they were sent."""
    return path.replace(_SLASH, "/")


def sent_path(scope: Any) -> str:
    """Return the path of a request as it was sent, for links back to it."""
    raw = scope.get("raw_path")
    return raw.decode("latin-1").partition("?")[0] if raw else str(scope["path"])
