"""Whether the database answered when it was last queried, which happens every few seconds."""

from serve.errors import NoStore


class DatabaseHealth:
    """The result of the last query; before the first, the database counts as unavailable."""

    def __init__(self) -> None:
        self._available = False

    def available(self) -> None:
        """Record that the database answered."""
        self._available = True

    def unavailable(self) -> None:
        """Record that the database did not answer."""
        self._available = False

    def check(self) -> None:
        """Check that the database answered when it was last queried.

        Raises
        ------
        NoStore
            If it did not.
        """
        if not self._available:
            raise NoStore.of("no database yet", "one that answers", "wait, or look at its address")
