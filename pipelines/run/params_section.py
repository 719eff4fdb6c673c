"""One section of params.yaml -> its settings, and every fault of it.

Decided here: types are exact (a number in quotes is not a number), unknown names are refused with
the nearest known one, values keep to their limits. A field at fault is put aside and the rest is
read on, so that one fault never hides another; the settings' own refusals come last.
"""

import difflib
import json
from dataclasses import dataclass, field, is_dataclass
from datetime import date, datetime
from typing import Any, Final, get_type_hints

from pydantic import ConfigDict, ValidationError, create_model

from features.errors import Fault, MikomiError
from pipelines.run.params_limits import broken

_EXACT: Final = ConfigDict(extra="forbid", strict=True, arbitrary_types_allowed=True)


@dataclass
class SectionReader:
    """Reads one section.

    Attributes
    ----------
    file
        What the file is called in the faults.
    section
        The section's name.
    kind
        The settings class, or a plain type.
    faults
        Found so far.
    left_out
        The fields of the section that were put aside.
    """

    file: str
    section: str
    kind: Any
    faults: list[Fault] = field(default_factory=list)
    left_out: set[str] = field(default_factory=set)

    def read(self, content: Any) -> Any:
        """Give the settings, made of what is not at fault; None when that cannot be."""
        if is_dataclass(self.kind) and isinstance(content, dict):
            content = self._without_faults(self.kind, content, (self.section,))
        elif not self._has_type(self.kind, content, (self.section,)):
            return None
        try:
            return _typed(self.kind, content)
        except MikomiError as error:
            self.faults += [
                Fault(f"{self.file}: {self.section}: {f.found}", f.expected, f.do)
                for f in error.faults
            ]
            return None

    def _without_faults(
        self, kind: Any, content: dict[Any, Any], place: tuple[str, ...]
    ) -> dict[Any, Any]:
        """Put aside unknown names, wrong types and values outside their limits, at any depth."""
        kept = {}
        types = get_type_hints(kind)
        for key, value in content.items():
            here = (*place, str(key))
            if key not in types:
                self.faults.append(unknown_name(self.file, here, list(types)))
            elif is_dataclass(types[key]) and isinstance(value, dict):
                kept[key] = self._without_faults(types[key], value, here)
            elif (expected := broken(".".join(here), value)) is not None:
                self._fault(here, value, expected)
            elif self._has_type(types[key], value, here):
                kept[key] = value
        return kept

    def _has_type(self, kind: Any, value: Any, place: tuple[str, ...]) -> bool:
        try:
            _typed(kind, value)
        except ValidationError as error:
            for one in error.errors(include_url=False):
                inside = (str(part) for part in one["loc"][1:])
                self._fault((*place, *inside), one["input"], one["msg"])
            return False
        return True

    def _fault(self, place: tuple[str, ...], value: Any, expected: str) -> None:
        self.left_out.add(".".join(place[1:]))
        expected = expected.removeprefix("Input should be ").removeprefix("Value error, ")
        shown = json.dumps(value, ensure_ascii=False, default=_iso)
        self.faults.append(
            Fault(f"{self.file}: {'.'.join(place)}: {shown}", expected, "correct it")
        )


def unknown_name(file: str, place: tuple[str, ...], known: list[str]) -> Fault:
    """Make the fault of a name that nobody reads."""
    near = difflib.get_close_matches(place[-1], known, n=1, cutoff=0.5)
    do = f"did you mean {near[0]}?" if near else "remove it"
    return Fault(f"{file}: {'.'.join(place)}", f"one of {', '.join(known)}", do)


def _typed(kind: Any, content: Any) -> Any:
    model = create_model("Section", __config__=_EXACT, value=(kind, ...))
    text = json.dumps({"value": content}, default=_iso)
    return model.model_validate_json(text).value  # type: ignore[attr-defined]


def _iso(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return f"{value.isoformat()}T00:00:00" if isinstance(value, date) else str(value)
