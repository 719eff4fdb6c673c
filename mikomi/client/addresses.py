"""Parts of addresses."""

from urllib.parse import quote


def quoted(part: str) -> str:
    """Return an id as a part of a path.

    >>> quoted("a/b?c"), quoted("山田")
    ('a%2Fb%3Fc', '%E5%B1%B1%E7%94%B0')
    """
    return quote(part, safe="")
