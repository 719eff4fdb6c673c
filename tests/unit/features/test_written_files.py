"""Files that people write, saved by an editor in another encoding, or not there."""

from collections.abc import Callable
from pathlib import Path

import pytest

from features.errors import BadInput, BadMapping, BadParams
from features.reading.written_files import text_of
from models.model import points
from pipelines.intake.mapping import file as mapping
from pipelines.run import params_file

TEXT = "業種: 製造業\n"
READERS: list[tuple[Callable[[Path], object], type[BadInput]]] = [
    (params_file.load_all, BadParams),
    (mapping.load, BadMapping),
    (points.load, BadParams),
    (text_of, BadInput),
]


@pytest.mark.parametrize(("read", "error"), READERS)
@pytest.mark.parametrize("encoding", ["cp932", "utf-16"])
def test_another_encoding_is_named(
    read: Callable[[Path], object], error: type[BadInput], encoding: str, tmp_path: Path
) -> None:
    path = tmp_path / "file.yaml"
    path.write_bytes(TEXT.encode(encoding))
    with pytest.raises(error, match="save it as UTF-8"):
        read(path)


@pytest.mark.parametrize(("read", "error"), READERS)
def test_a_file_that_is_not_there_is_named(
    read: Callable[[Path], object], error: type[BadInput], tmp_path: Path
) -> None:
    with pytest.raises(error, match="no file"):
        read(tmp_path / "nowhere.yaml")
