"""What the rest of the server needs of a loaded model and of the champion."""

from typing import Any, Protocol


class Loaded(Protocol):
    """A model that is ready to answer; `serve.scoring.loaded_model.Loaded` in the server."""

    @property
    def version(self) -> int | None:
        """Give the number in the registry, if there is one."""

    @property
    def fingerprint(self) -> str:
        """Give the identity of the artifact."""


class Champion(Protocol):
    """The model in use, and older ones by their fingerprint."""

    def current(self) -> Any:
        """Give the model in use; refuse when there is none."""

    def of(self, fingerprint: str, version: int | None = None) -> Any:
        """Give the model with this fingerprint."""
