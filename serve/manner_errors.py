"""What is refused before a route is asked."""

from features.errors import MikomiError


class TooLarge(MikomiError):
    """The body is larger than allowed."""


class TooSlow(MikomiError):
    """The body did not arrive in time."""
