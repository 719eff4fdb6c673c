"""What the rest of the server needs of the models: the one in use, and older ones."""

from typing import Protocol

from serve.scoring.loaded_model import LoadedModel


class Champion(Protocol):
    """The model in use, and older ones by their fingerprint."""

    @property
    def has_model(self) -> bool:
        """Whether there is a model in use."""

    def current(self) -> LoadedModel:
        """Return the model in use; refuse when there is none."""

    def of(self, fingerprint: str, version: int | None = None) -> LoadedModel:
        """Return a model.

        Parameters
        ----------
        fingerprint
            The identity of its artifact.
        version
            The number in the registry that it answers with.
        """
