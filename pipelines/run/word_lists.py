"""The lists of words that texts are read by: those of mikomi, and a company's own.

Decided here: an intent of the file takes the place of the one of mikomi with its code; `words: []`
leaves it out. All faults of the file are reported at once.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from features.errors import BadParams, Fault
from features.feature import Text
from features.words.intents import INTENTS, NO_INTENTS, Intent
from models.stats.limits import Name

NONE: Final = "none"
"""In the place of a file: no given lists."""
_MOST: Final = 30
_Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class _Label(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    en: Name
    ja: Name


class _Listed(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    label: _Label
    words: Annotated[list[Name], Field(max_length=500)]


_LISTS: Final = TypeAdapter(Annotated[dict[_Code, _Listed], Field(max_length=_MOST)])


def intents(path: str) -> Mapping[str, Intent]:
    """Return the intents: code -> label and words.

    Parameters
    ----------
    path
        A file of lists, relative to the directory that the command is run in; "" is none, and
        `none` leaves out those of mikomi as well.

    Raises
    ------
    BadParams
        If the file is missing or is not a list of words by intent.
    """
    if path == NONE:
        return NO_INTENTS
    if not path:
        return INTENTS
    own = {
        code: Intent(Text(one.label.en, one.label.ja), tuple(one.words))
        for code, one in _read(Path(path)).items()
    }
    return {code: one for code, one in (dict(INTENTS) | own).items() if one.words}


def _read(path: Path) -> dict[str, _Listed]:
    expected = "intents, each with `label: {en: ..., ja: ...}` and `words: [...]`"
    try:
        raw: Any = yaml.safe_load(path.read_text("utf-8"))
        return _LISTS.validate_python(raw)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadParams.of(f"features.words: {path}: {error}", expected, "correct it") from error
    except ValidationError as error:
        faults = [
            Fault(
                f"{path}: {'.'.join(map(str, one['loc'])) or 'the whole'}: {one['msg']}",
                expected,
                "correct the file",
            )
            for one in error.errors()
        ]
        raise BadParams(faults) from error
