"""Whether the database answered when it was last asked, which is every few seconds."""

from serve.errors import NoStore


class Reach:
    """What the last look at the database found; unknown counts as not there."""

    def __init__(self) -> None:
        self._there = False

    def found(self) -> None:
        """Note that it answered."""
        self._there = True

    def lost(self) -> None:
        """Note that it did not."""
        self._there = False

    def check(self) -> None:
        """Refuse when it did not answer.

        Raises
        ------
        NoStore
            Then.
        """
        if not self._there:
            raise NoStore.of("no database yet", "one that answers", "wait, or look at its address")
