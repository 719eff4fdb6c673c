"""The model in use: a pointer file is followed, a broken model is refused, the old one goes on.

Decided here: the file is that of `serve.scoring.pointer`. A swap replaces one reference, so a
request that took it keeps it. What was refused is tried again only when the pointer moves.
"""

import json
import re
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Any

from features.errors import ArtifactMissing, ArtifactTampered, Fault
from serve.errors import NoModel
from serve.scoring.pointer import MODELS, POINTER
from serve.scoring.protocols import Loaded

_NAME = re.compile(r"[0-9A-Za-z]+")
Load = Callable[[Path, int | None], Loaded]
Refuse = Callable[[Exception], object]


class FollowedChampion:
    """The champion of a model folder.

    Parameters
    ----------
    folder
        Where the pointer and the models lie.
    load
        Reads, verifies and warms one artifact.
    older
        How many models are kept ready for replays.
    refuse
        Is told why a model was refused.
    pointer
        The file that is followed.
    """

    def __init__(
        self,
        folder: Path,
        load: Load,
        older: int = 4,
        refuse: Refuse = id,
        pointer: str = POINTER,
    ) -> None:
        self._folder = folder
        self._pointer = pointer
        self._load = load
        self._older = older
        self._refuse = refuse
        self._current: Loaded | None = None
        self._cache: OrderedDict[str, Loaded] = OrderedDict()
        self._lock = Lock()
        self._seen = b""

    def current(self) -> Loaded:
        """Give the model in use; refuse when there is none."""
        if self._current is None:
            raise NoModel([Fault("no champion", "a promoted model", "promote a model")])
        return self._current

    @property
    def has_model(self) -> bool:
        """Whether there is a model in use."""
        return self._current is not None

    @property
    def pointed(self) -> bool:
        """Whether there is a model in use that is still pointed at."""
        return self._current is not None and (self._folder / self._pointer).is_file()

    def of(self, fingerprint: str, version: int | None = None) -> Loaded:
        """Give the model with this fingerprint and version, from memory or the model folder."""
        with self._lock:
            kept = self._cache.get(fingerprint)
        if kept is None or kept.version != version:
            kept = self._read(fingerprint, version)
            self._keep(kept)
        return kept

    def kept(self) -> list[Any]:
        """Give the models that are in memory."""
        with self._lock:
            return list(self._cache.values())

    def poll(self) -> bool:
        """Follow the pointer once; say whether the model changed."""
        try:
            said = (self._folder / self._pointer).read_bytes()
        except FileNotFoundError:
            return False
        if said == self._seen:
            return False
        self._seen = said
        try:
            loaded = self._read(*_pointed(said))
        except Exception as error:  # noqa: BLE001 - whatever is wrong with it, the old one goes on
            self._refuse(error)
            return False
        self._keep(loaded)
        self._current = loaded
        return True

    def _read(self, fingerprint: str, version: int | None) -> Loaded:
        if not _NAME.fullmatch(fingerprint):
            raise ArtifactMissing([Fault("a fingerprint", "letters and digits", "ask with one")])
        loaded = self._load(self._folder / MODELS / fingerprint, version)
        if loaded.fingerprint != fingerprint:
            raise ArtifactTampered([Fault(loaded.fingerprint, fingerprint, "copy the model anew")])
        return loaded

    def _keep(self, loaded: Loaded) -> None:
        with self._lock:
            self._cache[loaded.fingerprint] = loaded
            self._cache.move_to_end(loaded.fingerprint)
            while len(self._cache) > self._older:
                self._cache.popitem(last=False)


def _pointed(said: bytes) -> tuple[str, int | None]:
    told = json.loads(said)
    return str(told["fingerprint"]), told.get("version")
