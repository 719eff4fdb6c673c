"""The declaration of a test: what is compared, who is drawn, how long, for which effect.

Decided here: it is written before anybody is drawn, and does not change afterwards: whoever wants
another test gives it another name. Declared twice alike, it stays as it is.
"""

import json
from pathlib import Path
from typing import Annotated, Final, Literal

import yaml
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from features.errors import BadInput, BadParams, Fault
from pipelines.run.workspace import Workspace
from pipelines.storage.atomic import write_json

FILE: Final = "declaration.json"
_DO: Final = "correct the declaration"
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$", max_length=60)]


class Declaration(BaseModel):
    """A declared test.

    Attributes
    ----------
    name
        Of its folder.
    question
        What it is to answer, for people.
    first, second
        What the arms are: the first is what is done today.
    share
        The share of leads in the second arm.
    unit
        What is drawn: every lead, or an account with all its leads.
    seed
        Of the lot.
    starts_at, enrols_days
        From when on leads are drawn, and for how long.
    outcome, horizon_days
        What counts, within how many days of the draw.
    base_rate
        The share that converts today; None: measured from the tables.
    times
        The smallest effect worth noticing: how many times as many convert in the second arm.
    drawn_by
        Who draws: `assign`, the command; `lists`, the lots of a server's weekly lists (first: drawn
        by lot, second: by rank); `shadow`, nobody: both models score the same live leads (first:
        the champion, second: the challenger).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: Name
    question: Annotated[str, Field(min_length=1)]
    first: Annotated[str, Field(min_length=1)]
    second: Annotated[str, Field(min_length=1)]
    share: Annotated[float, Field(gt=0, lt=1)] = 0.5
    unit: Literal["lead", "account"] = "lead"
    seed: Annotated[int, Field(ge=0)] = 0
    starts_at: AwareDatetime
    enrols_days: Annotated[float, Field(gt=0, le=3650)] = 56.0
    outcome: str = "won"
    horizon_days: Annotated[float, Field(gt=0, le=3650)] = 90.0
    base_rate: Annotated[float, Field(gt=0, lt=1)] | None = None
    times: Annotated[float, Field(gt=1)] = 1.5
    drawn_by: Literal["assign", "lists", "shadow"] = "assign"


def of_text(text: str) -> Declaration:
    """Read a declaration in YAML or JSON; all faults are reported at once.

    >>> of_text("{name: t, question: q, first: a, second: b, starts_at: 2026-04-01T00:00:00Z}").unit
    'lead'

    Raises
    ------
    BadParams
        If it has unknown keys, wrong types, or lacks one.
    """
    try:
        return Declaration.model_validate(yaml.safe_load(text) or {})
    except yaml.YAMLError as error:
        raise BadParams.of(f"a declaration that is not YAML: {error}", "YAML", _DO) from error
    except ValidationError as error:
        raise BadParams([_fault(one) for one in error.errors(include_url=False)]) from error


def _fault(error: ErrorDetails) -> Fault:
    place = ".".join(str(part) for part in error["loc"]) or "the file"
    observed = "nothing" if error["type"] == "missing" else repr(error["input"])
    return Fault(f"{place}: {observed}", error["msg"], _DO)


def folder(places: Workspace, name: str) -> Path:
    """Return the folder of a test.

    Parameters
    ----------
    places
        The places of the workspace.
    name
        Of the test.
    """
    return places.experiments / name


def declare(places: Workspace, declared: Declaration) -> Path:
    """Store a declaration; return its file.

    Parameters
    ----------
    places
        The places of the workspace.
    declared
        The declaration.

    Raises
    ------
    BadInput
        If a test of this name has been declared otherwise.
    """
    path = folder(places, declared.name) / FILE
    content = json.loads(declared.model_dump_json())
    if path.is_file():
        former = json.loads(of_text(path.read_text("utf-8")).model_dump_json())
        changed = [name for name, one in content.items() if former.get(name) != one]
        if changed:
            raise BadInput.of(
                f"test {declared.name} has been declared with another {', '.join(changed)}",
                "a declaration that does not change",
                "give the new test another name",
            )
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    write_json(path, content)
    return path


def declared(places: Workspace, name: str) -> Declaration:
    """Read the declaration of a test.

    Parameters
    ----------
    places
        The places of the workspace.
    name
        Of the test.

    Raises
    ------
    BadInput
        If there is none of this name.
    """
    path = folder(places, name) / FILE
    if not path.is_file():
        known = sorted(one.parent.name for one in places.experiments.glob(f"*/{FILE}"))
        raise BadInput.of(
            f"no test {name}",
            f"one of {', '.join(known)}" if known else "a declared test",
            "declare it: `mikomi experiment declare FILE`",
        )
    return of_text(path.read_text("utf-8"))
