"""Names that the API does not know: of fields of a body, and of parameters of a query.

Decided here: they are refused with the names that are known, and with the nearest where one is
near. A body that was logged before this was so can still be read: what
is unknown in it was not read then either.
"""

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from types import UnionType
from typing import Any, Final, Union, get_args, get_origin

import msgspec

from features.errors import Fault

_SHOWN: Final = 80
_NEAR: Final = 0.75
"""How alike two names must be: 1 is the same, and `atributes` is 0.95 like `attributes`."""


def unknown_names(sent: Iterable[str], known: Sequence[str], place: str = "") -> Iterator[Fault]:
    """Yield a fault for every name that is not known.

    Parameters
    ----------
    sent
        The names.
    known
        Those that may be used.
    place
        What stands before a name in a fault, such as `$.`.

    >>> for fault in unknown_names(["as_of", "asOf", "shoe"], ["as_of", "curve"], "$."):
    ...     print(fault)
    found $.asOf; expected one of as_of, curve; did you mean `as_of`?
    found $.shoe; expected one of as_of, curve; leave it out
    """
    for name in sent:
        if name not in known:
            expected = f"one of {', '.join(known)}" if known else "nothing"
            yield Fault(f"{place}{name[:_SHOWN]}", expected, _advice(name, known))


def _advice(name: str, known: Sequence[str]) -> str:
    plain = {_plain(one): one for one in known}
    near = get_close_matches(_plain(name[:_SHOWN]), plain, 1, _NEAR)
    return f"did you mean `{plain[near[0]]}`?" if near else "leave it out"


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")


def without_unknown(kind: Any, body: bytes) -> bytes:
    """Return a body without the fields that its kind does not know.

    Parameters
    ----------
    kind
        The struct that the body must be.
    body
        JSON, as it was logged.

    >>> class One(msgspec.Struct):
    ...     a: int
    >>> without_unknown(One, b'{"a":1,"b":2}')
    b'{"a":1}'
    """
    return msgspec.json.encode(_known(msgspec.json.decode(body), kind))


def _known(raw: Any, kind: Any) -> Any:
    """Return a value with the known fields alone, all the way down."""
    for option in get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,):
        if isinstance(raw, list) and get_origin(option) is list:
            return [_known(one, get_args(option)[0]) for one in raw]
        is_struct = isinstance(option, type) and issubclass(option, msgspec.Struct)
        if isinstance(raw, dict) and is_struct:
            fields = {one.encode_name: one.type for one in msgspec.structs.fields(option)}
            return {name: _known(one, fields[name]) for name, one in raw.items() if name in fields}
    return raw
