"""The champion follows its pointer and refuses what is broken."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from features.errors import ArtifactMissing, ArtifactTampered, Fault
from serve.errors import NoModel
from serve.scoring.champion import RETRY_SECONDS, FollowedChampion
from serve.scoring.pointer import POINTER


@dataclass(frozen=True)
class _Model:
    fingerprint: str
    version: int | None


def _load(folder: Path, version: int | None) -> _Model:
    if folder.name == "broken":
        raise ArtifactTampered([Fault("a hash", "another", "copy it anew")])
    return _Model("b" if folder.name == "swapped" else folder.name, version)


def _point(folder: Path, fingerprint: str, version: int) -> None:
    written = {"fingerprint": fingerprint, "version": version}
    (folder / POINTER).write_text(json.dumps(written), encoding="utf-8")


def test_without_a_pointer_there_is_no_model(tmp_path: Path) -> None:
    champion = FollowedChampion(tmp_path, _load, id)
    assert not champion.poll()
    with pytest.raises(NoModel):
        champion.current()


def test_swap_and_rollback(tmp_path: Path) -> None:
    champion = FollowedChampion(tmp_path, _load, id)
    for fingerprint, version in (("a", 1), ("b", 2), ("a", 1)):
        _point(tmp_path, fingerprint, version)
        assert champion.poll()
        assert champion.current() == _Model(fingerprint, version)
        assert not champion.poll()


@pytest.mark.parametrize("name", ["broken", "swapped", "../a"])
def test_what_is_broken_is_refused_and_the_old_one_goes_on(tmp_path: Path, name: str) -> None:
    refused: list[Exception] = []
    champion = FollowedChampion(tmp_path, _load, refused.append)
    _point(tmp_path, "a", 1)
    assert champion.poll()
    _point(tmp_path, name, 2)
    assert not champion.poll()
    assert not champion.poll()
    assert len(refused) == 1
    assert champion.current() == _Model("a", 1)


def test_what_could_not_be_read_this_time_is_tried_again_after_a_pause(tmp_path: Path) -> None:
    refused: list[Exception] = []
    now = [0.0]
    full = [True]

    def load(folder: Path, version: int | None) -> _Model:
        if full[0]:
            raise MemoryError
        return _load(folder, version)

    champion = FollowedChampion(tmp_path, load, refused.append, clock=lambda: now[0])
    _point(tmp_path, "a", 1)
    assert not champion.poll()
    full[0] = False
    assert not champion.poll()
    now[0] = RETRY_SECONDS
    assert champion.poll()
    assert champion.current() == _Model("a", 1)
    assert len(refused) == 1


def test_no_way_out_of_the_model_folder(tmp_path: Path) -> None:
    with pytest.raises(ArtifactMissing):
        FollowedChampion(tmp_path, _load, id).of("../a")
