"""The targets that a server serves: the champion of each, by the name that a request uses.

Decided here: a request without a target is about the default; the default may be named, too. What
people read of a target, its name and its labels, stands in the artifact of its champion.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from features.errors import ArtifactMissing, Fault
from features.wording.sentences import Language
from serve.errors import BadBody
from serve.scoring.loaded_model import LoadedModel
from serve.scoring.protocols import Champion
from serve.wire.targets import DEFAULT

UNNAMED: Final = "default"
"""The name of a default target whose artifact has none."""
_SHOWN: Final = 40


class ServedTargets:
    """The champions of all targets.

    Parameters
    ----------
    champions
        By target; the empty name is the default, which must be there.
    """

    def __init__(self, champions: Mapping[str, Champion]) -> None:
        self._champions = champions
        self._default = champions[DEFAULT]

    def champion(self, requested: str | None) -> Champion:
        """Return the champion of the target that a request names; without one, the default's.

        Raises
        ------
        BadBody
            If no such target is served.
        """
        return self._default if requested is None else self._champions[self.resolve(requested)]

    def resolve(self, requested: str | None) -> str:
        """Return the target that a request names, as the store names it.

        Raises
        ------
        BadBody
            If no such target is served.
        """
        if requested is None or (requested and requested in self._champions):
            return requested or DEFAULT
        known = self.names()
        if requested == known[0]:
            return DEFAULT
        observed = f"target: {requested[:_SHOWN] or 'nothing'}"
        raise BadBody([Fault(observed, " or ".join(known), "correct the parameter")])

    def of(self, target: str) -> Champion:
        """Return the champion of a target, as the store names it.

        Raises
        ------
        ArtifactMissing
            If the target is not served any more.
        """
        if target not in self._champions:
            fault = Fault(
                f"an answer for target {target}",
                " or ".join(self.names()),
                "serve the target again: add it to MIKOMI_TARGETS",
            )
            raise ArtifactMissing([fault])
        return self._champions[target]

    def names(self) -> list[str]:
        """List the targets by the names that requests use, the default first."""
        default = self._default
        own = name_of(default.current()) if default.has_model else UNNAMED
        return [own, *(name for name in self._champions if name != DEFAULT)]

    def champions(self) -> list[Champion]:
        """List the champions, the default's first."""
        return [self._default, *(one for name, one in self._champions.items() if name != DEFAULT)]

    def ready(self) -> Iterator[LoadedModel]:
        """Yield the models in use, the default's first; a target without one is left out."""
        return (one.current() for one in self.champions() if one.has_model)


def name_of(loaded: LoadedModel) -> str:
    """Return the name of a model's target, as requests use it."""
    return loaded.target or str(_described(loaded).get("name") or UNNAMED)


def label_of(loaded: LoadedModel, language: Language) -> str:
    """Return the label of a model's target; its name where it has none.

    Parameters
    ----------
    loaded
        The model.
    language
        Of the label.
    """
    label = _described(loaded).get("label")
    return str((label.get(language) if isinstance(label, dict) else None) or name_of(loaded))


def _described(loaded: LoadedModel) -> dict[str, Any]:
    """Return what the artifact says about its target; artifacts of earlier versions say nothing."""
    target = loaded.artifact.about.get("target")
    return target if isinstance(target, dict) else {}
