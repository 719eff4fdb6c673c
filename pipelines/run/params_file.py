"""Reading params.yaml: every fault at once, each with its line.

Decided here: the limits of every field stand in the settings classes, and pydantic checks them. A
value at fault is dropped and the rest is checked again, so that one fault never hides another (a
rule over two fields is checked only where both are sound). The horizon stands in `cohort` alone, or
with each target, and is copied to the sections that need it. What all targets share is checked once
with the least horizon, then the params of every target, so that no target waits for another.
"""

import difflib
import json
import re
from dataclasses import is_dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, get_args, get_type_hints

import yaml
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from features.errors import BadParams, BadRequest, Fault
from features.reading.written_files import text_of
from pipelines.intake.mapping import yaml_lines
from pipelines.intake.mapping.yaml_lines import Place
from pipelines.run import params_of_targets
from pipelines.run.cohort_params import CohortParams
from pipelines.run.params import Params
from pipelines.run.params_of_targets import COPIES, HORIZON

_UNKNOWN: Final = "unexpected_keyword_argument"
_MISSING: Final = "missing"
_PREFIX: Final = re.compile(r"^(Value error, |\w+ should (be |have )?)")
"""Of the messages of pydantic, which follows `expected` here."""
_ADAPTER: Final = TypeAdapter(Params)


def load(path: Path, target: str | None = None) -> Params:
    """Read a params file, as one of its targets sees it.

    Parameters
    ----------
    path
        The file.
    target
        The name of the target; None is the default.

    Raises
    ------
    BadParams
        With every fault of every section.
    BadRequest
        If there is no such target.
    """
    return _named(*_views(_text(path), str(path)), target)


def load_all(path: Path) -> dict[str, Params]:
    """Read a params file, once for each of its targets: name -> params, in the order of the file.

    Raises
    ------
    BadParams
        With every fault of every section.
    """
    return parse_all(_text(path), str(path))


def _text(path: Path) -> str:
    if not path.is_file():
        raise BadParams.of(
            f"no file {path}", "a params file", "name one with --params, or copy one of examples/"
        )
    return text_of(path, BadParams)


def parse(text: str, name: str = "params.yaml", target: str | None = None) -> Params:
    """Read the text of a params file, as one of its targets sees it.

    >>> parse("cohort: {horizon_days: 30}").train.horizon_days
    30.0
    >>> parse("cohort: {horizon: 30}")
    Traceback (most recent call last):
        ...
    features.errors.BadParams: found params.yaml line 1: cohort.horizon; ... did you mean ...

    Parameters
    ----------
    text
        YAML; moments without an offset are UTC.
    name
        What the file is called in the faults.
    target
        The name of the target; None is the default.

    Raises
    ------
    BadParams
        With every fault of every section.
    BadRequest
        If there is no such target.
    """
    return _named(*_views(text, name), target)


def parse_all(text: str, name: str = "params.yaml") -> dict[str, Params]:
    """Read the text of a params file, once for each of its targets: name -> params.

    >>> opened = "{name: opened, outcome: opened, horizon_days: 30}"
    >>> won = "{name: won, outcome: won, horizon_days: 90}"
    >>> views = parse_all(f"targets: [{won}, {opened}]")
    >>> {name: (view.split.horizon_days, view.registry.model) for name, view in views.items()}
    {'won': (90.0, 'mikomi'), 'opened': (30.0, 'mikomi-opened')}

    Parameters
    ----------
    text
        YAML; moments without an offset are UTC.
    name
        What the file is called in the faults.

    Raises
    ------
    BadParams
        With every fault of every section.
    """
    return _views(text, name)[0]


def _views(text: str, name: str) -> tuple[dict[str, Params], str]:
    """Return the params as each target sees them, and the name of the default target."""
    content, lines = _read(text, name)
    faults = [
        Fault(f"{_where(place, name, lines)}: {one.observed}", one.expected, one.do)
        for place, one in params_of_targets.faults(content)
    ]
    copies: list[Place] = [*COPIES]
    if params_of_targets.entries(content):
        content = params_of_targets.shared(content)
        copies.append(("cohort", HORIZON))
    written = _copy_horizon(content)
    params, errors = _validated(content)
    faults += [
        Fault(
            f"{_where(place, name, lines)}: {value}", "the horizon in `cohort` alone", "remove it"
        )
        for place, value in written.items()
    ]
    for one in errors:
        if one["loc"] not in copies:
            faults += _faults(one, _where(one["loc"], name, lines))
    views = {}
    for target, (params_of_it, more) in _each(content, name, lines).items():
        views[target] = params_of_it
        faults += more
    if faults:
        raise BadParams(faults)
    default = params_of_targets.default_name(content)
    return views or {default: params}, default


def _each(
    content: dict[str, Any], name: str, lines: dict[Place, int]
) -> dict[str, tuple[Params, list[Fault]]]:
    """Return the params of each target, and what is wrong for it alone, by its name."""
    views = {}
    for number, (target, view) in enumerate(params_of_targets.views(content).items()):
        where = _where(("targets", number), name, lines)
        _copy_horizon(view)
        params, errors = _validated(view)
        faults = [_faults(one, f"{where}, {_dotted(one['loc'])}") for one in errors]
        views[target] = params, [fault for several in faults for fault in several]
    return views


def _named(views: dict[str, Params], default: str, target: str | None) -> Params:
    """Return the params of a target, None being the default."""
    known = views.get(target or default)
    if known is None:
        do = "name one of them, or add it to `targets` of the params file"
        raise BadRequest.of(f"--target {target}", f"one of {', '.join(views)}", do)
    return known


def json_schema() -> dict[str, Any]:
    """Return the JSON schema of the file."""
    schema = _ADAPTER.json_schema()
    for kind in ("SplitSettings", "TrainParams"):
        del schema["$defs"][kind]["properties"][HORIZON]
    return schema


def _read(text: str, name: str) -> tuple[dict[str, Any], dict[Place, int]]:
    """Read YAML as plain data, and the line of every place."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise BadParams.of(f"{name}: {error}", "a YAML file", "correct the line") from error
    if node is None:
        return {}, {(): 1}
    if not yaml_lines.is_bounded(node):
        raise BadParams.of(f"{name}: aliases without an end", "a small file", "write it out")
    if not isinstance(content, dict):
        raise BadParams.of(f"{name}: {type(content).__name__}", "sections", "see params.yaml")
    lines = dict(yaml_lines.lines(node))
    faults = [
        Fault(_where(place, name, lines), "each name once", "remove one")
        for place in yaml_lines.repeated_keys(node)
    ]
    if faults:
        raise BadParams(faults)
    return {key: value for key, value in _plain(content).items() if value is not None}, lines


def _plain(value: Any) -> Any:
    """Convert what YAML reads to what JSON holds; a date is its midnight."""
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, date):
        return value.isoformat() + ("" if isinstance(value, datetime) else "T00:00:00")
    return value


def _copy_horizon(content: dict[str, Any]) -> dict[Place, Any]:
    """Copy the horizon to the sections that need it; return what was written there."""
    cohort = content.get("cohort")
    horizon = cohort.get(HORIZON) if isinstance(cohort, dict) else None
    written: dict[Place, Any] = {}
    for section, name in COPIES:
        inner = content.setdefault(section, {})
        if isinstance(inner, dict):
            if name in inner:
                written[section, name] = inner[name]
            inner[name] = CohortParams.horizon_days if horizon is None else horizon
    return written


def _validated(content: dict[str, Any]) -> tuple[Params, list[ErrorDetails]]:
    """Return the params without the values at fault, and every fault."""
    errors: list[ErrorDetails] = []
    while True:
        try:
            return _ADAPTER.validate_json(json.dumps(content, default=str)), errors
        except ValidationError as error:
            for one in error.errors(include_url=False):
                errors.append(one)
                _drop(content, one["loc"])
                if one["loc"] == ("split", HORIZON):  # the embargo is measured by it
                    content["split"].pop("embargo_days", None)


def _drop(content: dict[Any, Any], place: Place) -> None:
    """Remove the value at a place; the whole list when it lies in one."""
    key, *rest = place
    inner = content.get(key)
    if rest and isinstance(inner, dict) and rest[0] in inner:
        _drop(inner, tuple(rest))
    else:
        content.pop(key, None)


def _faults(error: ErrorDetails, where: str) -> list[Fault]:
    """Convert an error of pydantic."""
    refused = error.get("ctx", {}).get("error")
    if isinstance(refused, BadParams):  # of the settings themselves
        return [Fault(f"{where}: {one.observed}", one.expected, one.do) for one in refused.faults]
    if error["type"] == _UNKNOWN:
        return [_unknown(error["loc"], where)]
    if error["type"] == "too_short" and error["input"]:  # only for want of the items at fault
        return []
    if error["type"] == _MISSING:
        return [Fault(f"{where}: nothing", "a value", "add it")]
    expected = _PREFIX.sub("", error["msg"])
    shown = json.dumps(error["input"], ensure_ascii=False)
    return [Fault(f"{where}: {shown}", expected, "correct it")]


def _unknown(place: Place, where: str) -> Fault:
    kind: Any = Params
    for name in place[:-1]:
        if isinstance(name, int):  # of a list, whose items are the kind
            continue
        kind = get_type_hints(kind)[name]
        kind = next((one for one in get_args(kind) if is_dataclass(one)), kind)
    known = list(get_type_hints(kind))
    near = difflib.get_close_matches(str(place[-1]), known, n=1, cutoff=0.5)
    do = f"did you mean {near[0]}?" if near else "remove it"
    return Fault(where, f"one of {', '.join(known)}", do)


def _where(place: Place, name: str, lines: dict[Place, int]) -> str:
    """Return the file, the line and the name of a place."""
    known = next(place[:n] for n in range(len(place), -1, -1) if place[:n] in lines)
    return f"{name} line {lines[known]}: {_dotted(place)}"


def _dotted(place: Place) -> str:
    return ".".join(map(str, place))
