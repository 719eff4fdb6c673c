"""A hostile mapping file is refused in plain words, within bounds."""

from pathlib import Path

import pytest

from features.errors import BadMapping
from pipelines.intake.mapping.file import load, parse


def test_aliases_that_double_and_double_are_refused() -> None:
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 40)]
    with pytest.raises(BadMapping, match="values when written out"):
        parse("\n".join(lines))


def test_an_alias_of_itself_is_refused() -> None:
    with pytest.raises(BadMapping, match="aliases that never end"):
        parse("sources: &a [*a]")


def test_a_mapping_in_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_bytes("name: 髙\n".encode("cp932"))
    with pytest.raises(BadMapping, match="a text in UTF-8"):
        load(tmp_path / "m.yaml")
