"""Reading params.yaml: every fault at once.

Decided here: moments without an offset are UTC, and what stands in one section alone (the horizon,
in `cohort`) is handed to the others. How a section is read is `params_section`'s business.
"""

import re
from dataclasses import is_dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, get_type_hints

import numpy as np
import yaml

from features.errors import BadParams, Fault
from pipelines.run.params import Params, utc
from pipelines.run.params_section import SectionReader, unknown_name

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
    faults.extend(unknown_name(name, (section,), list(types)) for section in unknown)
    read = {}
    horizon: dict[str, Any] = {}
    for section, kind in types.items():
        content = raw.get(section, {} if is_dataclass(kind) else Params.workspace)
        reader = SectionReader(name, section, kind)
        value = reader.read(_prepared(content, horizon, reader))
        faults.extend(reader.faults)
        if value is not None:
            read[section] = value
        if section == "cohort":
            known = value is not None and "horizon_days" not in reader.left_out
            horizon = {"horizon_days": value.horizon_days} if known else {}
    if "workspace" in read and not re.fullmatch(r"[A-Za-z0-9_-]+", read["workspace"]):
        faults.append(
            Fault(
                f"{name}: workspace: {read['workspace']!r}",
                "letters, digits, - and _, for it names folders",
                "correct it",
            )
        )
    return read


def _prepared(content: Any, shared: dict[str, Any], reader: SectionReader) -> Any:
    """Hand a section what `cohort` says, and refuse it being said twice."""
    if content is None:
        content = {}
    if reader.section not in _FROM_COHORT or not isinstance(content, dict):
        return content
    given = _FROM_COHORT[reader.section]
    content = dict(content)
    if given in content:
        reader.faults.append(
            Fault(
                f"{reader.file}: {reader.section}.{given}: {content.pop(given)!r}",
                "the horizon once, in `cohort`",
                "remove it",
            )
        )
    if isinstance(content.get("test_from"), date):
        content["test_from"] = _microseconds(content["test_from"])
    if not shared:  # the horizon is at fault: what is measured by it cannot be judged
        content.pop("embargo_days", None)
    return content | shared


def _microseconds(moment: date) -> int:
    at = moment if isinstance(moment, datetime) else datetime(*moment.timetuple()[:3])  # noqa: DTZ001
    stamp = utc(at)
    assert stamp is not None  # noqa: S101 - for the type checker: a moment was given
    return int(stamp.as_unit("us").asm8.astype(np.int64))
