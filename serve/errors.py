"""The server's one exception tree, each class with the HTTP problem that it becomes.

::

    MikomiError                 features/errors.py
    ├── NoStore             503 the database does not answer
    │   ├── StoreReplaced   503 the file of the database was replaced, cut or removed
    │   ├── SchemaMismatch  503 the database was made by another version
    │   └── ErasedMeanwhile 503 the answer began before erasures that nobody knows any more
    ├── KeysUnknown         503 the API keys could not be read yet
    ├── NoKey               401 no API key, or an unknown one
    ├── NotAllowed          403 the key's scopes do not allow the request
    ├── ForeignRequest      403 no key was ever made, and the request is not of this machine
    ├── Busy                503 more requests at once than can be answered
    ├── TooOften            429 the key is over its rate limit
    ├── TooLarge            413 the body is larger than allowed
    ├── EncodedBody         415 the body is compressed
    ├── TooSlow             408 the body did not arrive in time
    ├── NotSignedIn         401 the page needs a user
    ├── ProviderDown        503 the provider of sign-ins does not answer, or wrongly
    ├── NotIdentified       401 the provider's answer identifies nobody
    ├── NotAllowedHere      403 a forged form, or a page closed to the user
    ├── TakenMeanwhile      409 somebody else did something with the lead
    ├── NotYet              409 the lead is created after the cutoff
    ├── BadInput            422 features/errors.py
    │   ├── BadBody         422 a body or parameter cannot be used
    │   └── BadRequest      422 features/errors.py
    │       ├── NoLead      404 no lead has the id
    │       ├── NoReceipt   404 no receipt has the id
    │       ├── PersonErased 410 the person was erased
    │       └── LockedOut   429 too many failures to sign in
    └── ArtifactError       500 features/errors.py
        ├── ArtifactMissing 409 features/errors.py
        │   └── NoModel     503 no champion has been loaded
        └── ReplayDiffers   500 a replayed answer differs from the logged one
"""

from collections.abc import Iterator
from typing import ClassVar, NamedTuple

from features.errors import (
    ArtifactError,
    ArtifactMissing,
    BadInput,
    BadRequest,
    Fault,
    MikomiError,
)


class HttpProblem(NamedTuple):
    """The fixed part of an HTTP problem (RFC 9457): status, type and title."""

    status: int
    type: str
    title: str


class NoModel(ArtifactMissing):
    """No champion has been loaded."""

    problem: ClassVar = HttpProblem(503, "/problems/no-model", "There is no model yet")


class NoStore(MikomiError):
    """The database does not answer; requests that need it are refused until it does."""

    problem: ClassVar = HttpProblem(503, "/problems/store", "The store cannot be reached")


class SchemaMismatch(NoStore):
    """The tables of the database were made by another version of the server."""


class StoreReplaced(NoStore):
    """The file of the database was replaced, cut or removed while it was open."""


class ErasedMeanwhile(NoStore):
    """The answer began so long ago that the erasures since are no longer known."""


class KeysUnknown(MikomiError):
    """The API keys have not been read yet, so callers cannot be authenticated."""

    problem: ClassVar = HttpProblem(503, "/problems/store", "The store cannot be reached")


class NoKey(MikomiError):
    """The request has no API key, or an unknown one."""

    problem: ClassVar = HttpProblem(401, "/problems/no-key", "A key is needed")


class NotAllowed(MikomiError):
    """The scopes of the key do not allow the request."""

    problem: ClassVar = HttpProblem(403, "/problems/not-allowed", "The key does not allow this")


class ForeignRequest(MikomiError):
    """There is no key, so only programs of this machine are answered, and this is not one."""

    problem: ClassVar = HttpProblem(
        403, "/problems/foreign-request", "Without keys only this machine is answered"
    )


class TooOften(MikomiError):
    """The key is over its rate limit; it is free again after `wait` seconds."""

    problem: ClassVar = HttpProblem(429, "/problems/too-often", "Too many requests")
    wait = 0.0


class Busy(MikomiError):
    """More requests came at once than can be answered in time."""

    problem: ClassVar = HttpProblem(503, "/problems/busy", "Too many requests at once")


class TooLarge(MikomiError):
    """The body is larger than allowed."""

    problem: ClassVar = HttpProblem(413, "/problems/too-large", "The body is too large")


class EncodedBody(MikomiError):
    """The body is compressed."""

    problem: ClassVar = HttpProblem(415, "/problems/encoded-body", "The body is compressed")


class TooSlow(MikomiError):
    """The body did not arrive in time."""

    problem: ClassVar = HttpProblem(408, "/problems/too-slow", "The body did not arrive in time")


class NotSignedIn(MikomiError):
    """The page needs a user, and nobody is signed in."""

    problem: ClassVar = HttpProblem(401, "/problems/not-signed-in", "Somebody has to sign in")


class ProviderDown(MikomiError):
    """The provider of sign-ins does not answer, or not as its standard says."""

    problem: ClassVar = HttpProblem(
        503, "/problems/sign-in-provider", "The provider of sign-ins cannot be used"
    )


class NotIdentified(MikomiError):
    """The answer of the provider of sign-ins identifies nobody."""

    problem: ClassVar = HttpProblem(401, "/problems/not-identified", "The sign-in does not hold")


class NotAllowedHere(MikomiError):
    """The form was forged, or the page is closed to this user."""

    problem: ClassVar = HttpProblem(403, "/problems/not-allowed-here", "This form is refused")


class TakenMeanwhile(MikomiError):
    """Somebody else did something with the lead since the page was shown; `last` is what."""

    problem: ClassVar = HttpProblem(409, "/problems/taken", "Somebody else was first")

    def __init__(self, faults: list[Fault], last: object = None) -> None:
        super().__init__(faults)
        self.last = last


class NotYet(MikomiError):
    """The lead is created after the cutoff of the request."""

    problem: ClassVar = HttpProblem(409, "/problems/not-yet", "The lead is created later than now")


class BadBody(BadInput):
    """A body or parameter cannot be used."""


class NoLead(BadRequest):
    """No lead has the id of the request."""

    problem: ClassVar = HttpProblem(404, "/problems/no-lead", "There is no such lead")


class NoReceipt(BadRequest):
    """No receipt has the id of the request."""

    problem: ClassVar = HttpProblem(404, "/problems/no-receipt", "There is no such receipt")


class PersonErased(BadRequest):
    """The person was erased, and with them the inputs of the answer."""

    problem: ClassVar = HttpProblem(410, "/problems/erased", "The person was erased")


class LockedOut(BadRequest):
    """Too many failures to sign in; the next attempt is allowed after `seconds`."""

    problem: ClassVar = HttpProblem(429, "/problems/locked-out", "Too many failures to sign in")
    seconds = 0


class ReplayDiffers(ArtifactError):
    """The replayed answer differs from the logged one."""


def problems() -> Iterator[tuple[type[MikomiError], HttpProblem]]:
    """Yield every class of this file that has a problem of its own."""
    for one in list(globals().values()):
        if isinstance(one, type) and issubclass(one, MikomiError) and "problem" in vars(one):
            yield one, vars(one)["problem"]
