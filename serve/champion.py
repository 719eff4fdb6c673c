"""The model in use: a pointer file is followed, a broken model is refused, the old one goes on.

Decided here: `champion.json` holds `fingerprint` and `version`; the models lie beside it in
`models/<fingerprint>/`. A swap replaces one reference, so a request that took it keeps it.
"""

import json
import re
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from threading import Lock

from features.errors import ArtifactError, ArtifactMissing, ArtifactTampered, Fault
from serve.parts import Loaded

POINTER = "champion.json"
_NAME = re.compile(r"[0-9A-Za-z]+")
Load = Callable[[Path, int | None], Loaded]


class NoModel(ArtifactMissing):
    """There is no model to answer with yet."""


class FollowedChampion:
    """The champion of a model folder; `load` reads, verifies and warms one artifact."""

    def __init__(self, folder: Path, load: Load, older: int = 4) -> None:
        self._folder = folder
        self._load = load
        self._older = older
        self._current: Loaded | None = None
        self._cache: OrderedDict[str, Loaded] = OrderedDict()
        self._lock = Lock()
        self.refused = 0

    def current(self) -> Loaded:
        """Give the model in use; refuse when there is none."""
        if self._current is None:
            raise NoModel([Fault("no champion", "a promoted model", "promote a model")])
        return self._current

    def of(self, fingerprint: str) -> Loaded:
        """Give the model with this fingerprint, from memory or the model folder."""
        with self._lock:
            if fingerprint not in self._cache:
                self._keep(fingerprint, self._read(fingerprint, None))
            self._cache.move_to_end(fingerprint)
            return self._cache[fingerprint]

    def poll(self) -> bool:
        """Follow the pointer once; say whether the model changed."""
        try:
            fingerprint, version = self._pointed()
            now = self._current
            if now and (now.fingerprint, now.version) == (fingerprint, version):
                return False
            loaded = self._read(fingerprint, version)
        except FileNotFoundError:
            return False
        except (ArtifactError, OSError, ValueError, KeyError, TypeError):
            self.refused += 1
            return False
        with self._lock:
            self._keep(fingerprint, loaded)
        self._current = loaded
        return True

    def _pointed(self) -> tuple[str, int | None]:
        said = json.loads((self._folder / POINTER).read_text(encoding="utf-8"))
        return str(said["fingerprint"]), said.get("version")

    def _read(self, fingerprint: str, version: int | None) -> Loaded:
        if not _NAME.fullmatch(fingerprint):
            raise ArtifactMissing([Fault("a fingerprint", "letters and digits", "ask with one")])
        loaded = self._load(self._folder / "models" / fingerprint, version)
        if loaded.fingerprint != fingerprint:
            raise ArtifactTampered([Fault(loaded.fingerprint, fingerprint, "copy the model anew")])
        return loaded

    def _keep(self, fingerprint: str, loaded: Loaded) -> None:
        self._cache[fingerprint] = loaded
        while len(self._cache) > self._older:
            self._cache.popitem(last=False)
