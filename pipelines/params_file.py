"""Reading params.yaml: every fault at once.

Decided here: types are exact (a number in quotes is not a number), unknown names are refused with
the nearest known one, moments without an offset are UTC, and what stands in one section alone
(the horizon, in `cohort`) is handed to the others here.
"""

import difflib
import json
import re
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, get_type_hints

import numpy as np
import yaml
from pydantic import ConfigDict, ValidationError, create_model

from features.errors import BadParams, Fault, MikomiError
from pipelines.params import Params, utc

_EXACT: Final = ConfigDict(extra="forbid", strict=True, arbitrary_types_allowed=True)
_FROM_COHORT: Final = {"split": "horizon_days", "train": "horizon_days"}
"""Section -> the field that `cohort` says for it."""


def load(path: Path) -> Params:
    """Read a params file.

    Raises
    ------
    BadParams
        With every fault of every section.
    """
    if not path.is_file():
        raise BadParams.of(
            f"no file {path}", "a params file", "name one with --params, or copy one of examples/"
        )
    return parse(path.read_text("utf-8"), str(path))


def parse(text: str, name: str = "params.yaml") -> Params:
    """Read the text of a params file; `name` stands in the faults.

    >>> parse("cohort: {horizon_days: 30}").train.horizon_days
    30.0
    >>> parse("cohort: {horizon: 30}")
    Traceback (most recent call last):
        ...
    features.errors.BadParams: found params.yaml: cohort.horizon; ... did you mean horizon_days?
    """
    try:
        raw = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise BadParams.of(f"{name}: {error}", "a YAML file", "correct the line") from error
    raw = {} if raw is None else raw
    if not isinstance(raw, dict):
        raise BadParams.of(f"{name}: {type(raw).__name__}", "sections", "see params.yaml")
    faults: list[Fault] = []
    sections = _sections(raw, name, faults)
    if faults:
        raise BadParams(faults)
    return Params(**sections)


def _sections(raw: dict[str, Any], name: str, faults: list[Fault]) -> dict[str, Any]:
    types = get_type_hints(Params)
    unknown = sorted(str(section) for section in raw.keys() - types.keys())
    faults.extend(_unknown(name, (section,), list(types)) for section in unknown)
    read = {}
    horizon: dict[str, Any] = {}
    for section, kind in types.items():
        content = raw.get(section, {} if is_dataclass(kind) else Params.workspace)
        try:
            content = _prepared(section, content, horizon, name)
            read[section] = _section(kind, content)
        except ValidationError as error:
            faults.extend(_faults(error, name, section, kind))
        except MikomiError as error:
            faults.extend(
                Fault(f"{name}: {section}: {f.found}", f.expected, f.do) for f in error.faults
            )
        if section == "cohort" and section in read:
            horizon["horizon_days"] = read[section].horizon_days
    if "workspace" in read and not re.fullmatch(r"[A-Za-z0-9_-]+", read["workspace"]):
        faults.append(
            Fault(
                f"{name}: workspace: {read['workspace']!r}",
                "letters, digits, - and _, for it names folders",
                "correct it",
            )
        )
    return read


def _prepared(section: str, content: Any, shared: dict[str, Any], name: str) -> Any:
    """Hand a section what `cohort` says, and refuse it being said twice."""
    if content is None:
        content = {}
    if section not in _FROM_COHORT or not isinstance(content, dict):
        return content
    given = _FROM_COHORT[section]
    if given in content:
        raise BadParams.of(
            f"{given}: {content[given]!r}", "the horizon once, in `cohort`", f"remove it in {name}"
        )
    if isinstance(content.get("test_from"), date):
        content = content | {"test_from": _microseconds(content["test_from"])}
    return content | shared


def _microseconds(moment: date) -> int:
    at = moment if isinstance(moment, datetime) else datetime(*moment.timetuple()[:3])  # noqa: DTZ001
    stamp = utc(at)
    assert stamp is not None  # noqa: S101 - for the type checker: a moment was given
    return int(stamp.as_unit("us").asm8.astype(np.int64))


def _section(kind: Any, content: Any) -> Any:
    model = create_model("Section", __config__=_EXACT, value=(kind, ...))
    text = json.dumps({"value": content}, default=_iso)
    return model.model_validate_json(text).value  # type: ignore[attr-defined]


def _iso(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return f"{value.isoformat()}T00:00:00" if isinstance(value, date) else str(value)


def _faults(error: ValidationError, name: str, section: str, kind: Any) -> list[Fault]:
    faults = []
    for one in error.errors(include_url=False):
        place = (section, *(str(part) for part in one["loc"][1:]))
        if one["type"] in ("unexpected_keyword_argument", "extra_forbidden"):
            faults.append(_unknown(name, place, _names(kind, place[1:-1])))
            continue
        found = f"{name}: {'.'.join(place)}: {json.dumps(one['input'], ensure_ascii=False)}"
        expected = one["msg"].removeprefix("Input should be ").removeprefix("Value error, ")
        faults.append(Fault(found, expected, "correct it"))
    return faults


def _unknown(name: str, place: tuple[str, ...], known: list[str]) -> Fault:
    near = difflib.get_close_matches(place[-1], known, n=1, cutoff=0.5)
    do = f"did you mean {near[0]}?" if near else "remove it"
    return Fault(f"{name}: {'.'.join(place)}", f"one of {', '.join(known)}", do)


def _names(kind: Any, place: tuple[str, ...]) -> list[str]:
    """Name the fields of the settings class at a place inside a section."""
    for part in place:
        kind = get_type_hints(kind).get(part, kind)
    return [one.name for one in fields(kind)] if is_dataclass(kind) else []
