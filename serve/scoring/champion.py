"""The model in use: follows a pointer file, refuses a broken model and goes on with the old one.

Decided here: the file is that of `serve.scoring.pointer`. A swap replaces one reference, so a
request goes on with the model it began with. A broken model is tried again only when the pointer
moves; one that could not be read for another reason, such as a full memory, after a pause.
"""

import json
import re
import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Generic, Protocol, TypeVar

from features.errors import ArtifactError, ArtifactMissing, ArtifactTampered, Fault
from serve.errors import NoModel
from serve.scoring.pointer import MODELS, POINTER

_NAME = re.compile(r"[0-9A-Za-z]+")
Refuse = Callable[[Exception], object]
RETRY_SECONDS = 30.0
"""Between two attempts to read a model that is not known to be broken."""


class VersionedModel(Protocol):
    """What a champion needs of a model; `serve.scoring.loaded_model.LoadedModel` in the server."""

    @property
    def version(self) -> int | None:
        """Return the number in the registry, if there is one."""

    @property
    def fingerprint(self) -> str:
        """Return the identity of the artifact."""


_Model = TypeVar("_Model", bound=VersionedModel)


class FollowedChampion(Generic[_Model]):
    """The champion of a model folder.

    Parameters
    ----------
    folder
        The folder of the pointer and the models.
    load
        Reads, verifies and warms the artifact in a folder, with its version.
    refuse
        Called with the error for which a model was refused.
    older
        How many models stay in memory for replays.
    pointer
        The name of the file to follow.
    clock
        Returns seconds that never run back.
    """

    def __init__(
        self,
        folder: Path,
        load: Callable[[Path, int | None], _Model],
        refuse: Refuse,
        older: int = 4,
        pointer: str = POINTER,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder = folder
        self._pointer = pointer
        self._clock = clock
        self._load = load
        self._older = older
        self._refuse = refuse
        self._current: _Model | None = None
        self._loaded: _Model | None = None
        self._adjusted: Callable[[_Model], _Model] = _as_it_is
        self._cache: OrderedDict[str, _Model] = OrderedDict()
        self._lock = Lock()
        self._last_pointer = b""
        self._retry_at: float | None = None

    def current(self) -> _Model:
        """Return the model in use; refuse when there is none.

        Raises
        ------
        NoModel
            If there is none.
        """
        if self._current is None:
            do = "run `mikomi run`; if it refuses the model, it says what helps"
            raise NoModel([Fault("no champion", "a promoted model", do)])
        return self._current

    @property
    def has_model(self) -> bool:
        """Whether there is a model in use."""
        return self._current is not None

    @property
    def pointed(self) -> bool:
        """Whether there is a model in use that is still pointed at."""
        return self._current is not None and (self._folder / self._pointer).is_file()

    def of(self, fingerprint: str, version: int | None = None) -> _Model:
        """Return a model from memory or the model folder.

        Parameters
        ----------
        fingerprint
            The identity of its artifact.
        version
            The number in the registry that it answers with.

        Raises
        ------
        ArtifactError
            If there is no such model, or its files are broken.
        """
        with self._lock:
            model = self._cache.get(fingerprint)
        if model is None or model.version != version:
            model = self._read(fingerprint, version)
            self._cache_model(model)
        return model

    def adjust(self, adjusted: Callable[[_Model], _Model]) -> None:
        """Use the model with a change from now on, and every later one as well.

        Parameters
        ----------
        adjusted
            Returns the model to be used; a model of an older answer stays as it is.
        """
        self._adjusted = adjusted
        if self._loaded is not None:
            self._current = adjusted(self._loaded)

    def cached(self) -> list[_Model]:
        """Return the models in memory."""
        with self._lock:
            return list(self._cache.values())

    def poll(self) -> bool:
        """Follow the pointer once; return whether the model changed."""
        try:
            pointer = (self._folder / self._pointer).read_bytes()
        except FileNotFoundError:
            return False
        if pointer == self._last_pointer and not self._is_time_to_retry():
            return False
        self._last_pointer = pointer
        self._retry_at = None
        try:
            model = self._read(*_pointed(pointer))
        except Exception as error:  # noqa: BLE001 - whatever is wrong with it, the old one goes on
            if not isinstance(error, (ArtifactError, LookupError, ValueError)):
                self._retry_at = self._clock() + RETRY_SECONDS
            self._refuse(error)
            return False
        self._cache_model(model)
        self._loaded, self._current = model, self._adjusted(model)
        return True

    def _is_time_to_retry(self) -> bool:
        return self._retry_at is not None and self._clock() >= self._retry_at

    def _read(self, fingerprint: str, version: int | None) -> _Model:
        if not _NAME.fullmatch(fingerprint):
            raise ArtifactMissing([Fault("a fingerprint", "letters and digits", "ask with one")])
        model = self._load(self._folder / MODELS / fingerprint, version)
        if model.fingerprint != fingerprint:
            raise ArtifactTampered([Fault(model.fingerprint, fingerprint, "copy the model anew")])
        return model

    def _cache_model(self, model: _Model) -> None:
        with self._lock:
            self._cache[model.fingerprint] = model
            self._cache.move_to_end(model.fingerprint)
            while len(self._cache) > self._older:
                self._cache.popitem(last=False)


def _as_it_is(model: _Model) -> _Model:
    return model


def _pointed(pointer: bytes) -> tuple[str, int | None]:
    content = json.loads(pointer)
    return str(content["fingerprint"]), content.get("version")
