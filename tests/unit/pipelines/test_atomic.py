"""Outputs are whole or not there."""

from pathlib import Path

import pytest

from pipelines.storage.atomic import replacing, write_json


def test_a_failed_block_leaves_what_was_there(tmp_path: Path) -> None:
    place = tmp_path / "out"
    with replacing(place) as fresh:
        fresh.mkdir()
        (fresh / "first").touch()
    with pytest.raises(KeyboardInterrupt), replacing(place) as fresh:  # noqa: PT012
        fresh.mkdir()
        (fresh / "second").touch()
        raise KeyboardInterrupt
    assert [path.name for path in place.iterdir()] == ["first"]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_new_output_takes_the_place_of_the_old(tmp_path: Path) -> None:
    place = tmp_path / "out.json"
    write_json(place, {"a": 1})
    write_json(place, {"a": 2})
    assert place.read_text() == '{\n  "a": 2\n}\n'
    with replacing(place) as fresh:
        fresh.mkdir()
    assert place.is_dir()


def test_not_a_number_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(tmp_path / "x.json", {"a": float("nan")})
    assert list(tmp_path.iterdir()) == []
