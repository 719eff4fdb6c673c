"""The content of params.yaml as one target sees it.

Decided here: a stage knows one target. What the target states takes the place of the same in
`cohort`; another target than the default has a registered model of its own, `<model>-<name>`. So no
stage asks which target it works on, and a file without `targets` is read as it always was.
"""

from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from typing import Any, Final

from features.errors import Fault
from models.registry.registry_types import RegistrySettings
from pipelines.intake.mapping.yaml_lines import Place
from pipelines.run.cohort_params import CohortParams

HORIZON: Final = "horizon_days"
COPIES: Final = (("split", HORIZON), ("train", HORIZON))
"""Where the horizon is copied to."""
STATED: Final = ("outcome", HORIZON)
"""Of `cohort`, what stands in `targets` where there are any."""
_Faults = Iterator[tuple[Place, Fault]]


def entries(content: dict[str, Any]) -> list[Any]:
    """Return the list of targets as it was written; empty where there is none."""
    targets = content.get("targets")
    return targets if isinstance(targets, list) else []


def faults(content: dict[str, Any]) -> _Faults:
    """Check the targets against each other and against `cohort`; yield place and fault.

    The places are relative to the file. Types and limits of single values are not checked here.
    """
    yield from _repeated_names(entries(content))
    defaults = [n for n, one in enumerate(entries(content)) if _entry(one).get("default") is True]
    for number in defaults[1:]:
        expected = f"one default; targets.{defaults[0]} is another"
        place = ("targets", number, "default")
        yield place, Fault("true", expected, "remove one, or both: the first is the default then")
    cohort = _entry(content.get("cohort"))
    for name in STATED if entries(content) else ():
        if name in cohort:
            expected = f"the {name} of each target in `targets` alone"
            yield ("cohort", name), Fault(str(cohort[name]), expected, "remove it from `cohort`")


def _repeated_names(targets: list[Any]) -> _Faults:
    names = [_entry(one).get("name") for one in targets]
    counts = Counter(name for name in names if isinstance(name, str))
    for number, name in enumerate(names):
        if isinstance(name, str) and counts[name] > 1 and names.index(name) < number:
            place = ("targets", number, "name")
            yield place, Fault(name, "each name once", "rename one: places and models have it")


def shared(content: dict[str, Any]) -> dict[str, Any]:
    """Return the content with the least horizon of all targets, to check all that they share."""
    days = [_entry(one).get(HORIZON) for one in entries(content)]
    numbers = [one for one in days if isinstance(one, int | float) and one is not True]
    sound = [one for one in numbers if one > 0]
    return _with(content, {HORIZON: min(sound)} if sound else {})


def default_name(content: dict[str, Any]) -> str:
    """Return the name of the default target; without targets it is the outcome of `cohort`."""
    targets = entries(content)
    if not targets:
        return str(_entry(content.get("cohort")).get("outcome", CohortParams.outcome)).strip()
    default = next((one for one in targets if one.get("default")), targets[0])
    return str(default["name"]).strip()


def views(content: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the content as each target sees it, by its name; nothing without targets.

    Parameters
    ----------
    content
        Of a params file; each of its targets is sound.
    """
    default = default_name(content)
    named = {str(one["name"]).strip(): one for one in entries(content)}
    return {name: _view(content, one, default) for name, one in named.items()}


def _view(content: dict[str, Any], target: dict[str, Any], default: str) -> dict[str, Any]:
    eligible = {name: one for name, one in target.get("eligible", {}).items() if one is not None}
    view = _with(content, eligible | {name: target[name] for name in STATED})
    name, ranking = str(target["name"]).strip(), target.get("ranking")
    if ranking is not None:
        view["train"] = _entry(view.get("train")) | {"ranking": ranking}
    if name != default:
        registry = view.setdefault("registry", {})
        registry["model"] = f"{registry.get('model', RegistrySettings.model)}-{name}"
    return view


def _with(content: dict[str, Any], stated: dict[str, Any]) -> dict[str, Any]:
    """Return a copy with these values in `cohort`, and its horizon where it is copied to."""
    view = deepcopy(content)
    cohort = view.setdefault("cohort", {})
    if isinstance(cohort, dict):
        for name in STATED:
            cohort.pop(name, None)
        cohort |= stated
    return view


def _entry(one: Any) -> dict[str, Any]:
    return one if isinstance(one, dict) else {}
