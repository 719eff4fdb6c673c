"""The verdict on the probabilities in sentences, for the report and the card.

Decided here: drawn from plain data, so that both pages state the same. The whole curve comes first,
then the group with the highest probabilities, which is the one that people act on.
"""

from collections.abc import Iterator
from typing import Any

from features.wording.sentences import Language
from pipelines.reports.evaluation.cells import share
from pipelines.reports.translation import gettext, number


def sentences(verdict: dict[str, Any] | None, language: Language) -> list[str]:
    """Return the verdict in sentences; none for a card of an earlier version.

    Parameters
    ----------
    verdict
        `Evaluation.calibration` as plain data; None: it was not computed.
    language
        The language to translate to.
    """
    return [] if verdict is None else [*_whole(verdict, language), *_top(verdict, language)]


def deviates(verdict: dict[str, Any] | None) -> bool:
    """Return whether the probabilities are shown to be too high or too low.

    A top group beyond chance alone counts as well: its bin is one of those that are judged.
    """
    return verdict is not None and verdict["direction"] in ("overstated", "understated", "mixed")


def _whole(verdict: dict[str, Any], language: Language) -> Iterator[str]:
    factor, direction = verdict["factor"], verdict["direction"]
    if direction == "too_few":
        yield gettext("Too few conversions to judge the probabilities.", language)
        return
    if direction in ("overstated", "understated"):
        yield _one_sided(verdict, language)
        return
    if direction == "mixed":
        yield gettext(
            "The probabilities are wrong in places: of %(bins)s groups of equal size, %(high)s "
            "converted less often than predicted and %(low)s more often, beyond chance.",
            language,
            bins=verdict["bins"],
            high=verdict["shown_high"],
            low=verdict["shown_low"],
        )
        return
    yield gettext(
        "No error of the probabilities is shown: %(expected)s conversions of snapshots were "
        "predicted and %(observed)s observed; the factor is %(factor)s (%(range)s).",
        language,
        expected=number(verdict["expected"], language),
        observed=number(verdict["observed"], language),
        factor=_times(factor["value"]),
        range=_range(factor),
    )


def _one_sided(verdict: dict[str, Any], language: Language) -> str:
    over = verdict["direction"] == "overstated"
    factor = verdict["factor"] if over else _inverse(verdict["factor"])
    values = {
        "factor": _times(factor["value"]),
        "range": _range(factor),
        "bins": verdict["bins"],
        "count": verdict["too_high" if over else "too_low"],
        "expected": number(verdict["expected"], language),
        "observed": number(verdict["observed"], language),
    }
    if over:
        return gettext(
            "The probabilities are overstated by %(factor)s times (%(range)s): %(expected)s "
            "conversions of snapshots were predicted and %(observed)s observed, and %(count)s of "
            "%(bins)s groups of equal size converted less often than predicted.",
            language,
            **values,
        )
    return gettext(
        "The probabilities are understated by %(factor)s times (%(range)s): %(expected)s "
        "conversions of snapshots were predicted and %(observed)s observed, and %(count)s of "
        "%(bins)s groups of equal size converted more often than predicted.",
        language,
        **values,
    )


def _top(verdict: dict[str, Any], language: Language) -> Iterator[str]:
    top = verdict["top"]
    if top is None or verdict["direction"] == "too_few":
        return
    values = {
        "predicted": share(top["predicted"]),
        "converted": share(top["converted"]["value"]),
        "low": share(top["converted"]["low"]),
        "high": share(top["converted"]["high"]),
        "rows": number(top["rows"], language),
        "leads": number(top["leads"], language),
    }
    if top["beyond_chance"]:
        yield gettext(
            "The group with the highest probabilities (%(rows)s snapshots of %(leads)s leads) was "
            "given %(predicted)s on average, and %(converted)s of these snapshots converted "
            "(%(low)s to %(high)s): beyond chance.",
            language,
            **values,
        )
        return
    yield gettext(
        "The group with the highest probabilities (%(rows)s snapshots of %(leads)s leads) was "
        "given %(predicted)s on average, and %(converted)s of these snapshots converted "
        "(%(low)s to %(high)s), which chance explains.",
        language,
        **values,
    )


def _inverse(factor: dict[str, Any]) -> dict[str, Any]:
    ends = {"value": factor["value"], "low": factor["high"], "high": factor["low"]}
    return {key: 1.0 / end if end else None for key, end in ends.items()}


def _range(factor: dict[str, Any]) -> str:
    return f"{_times(factor['low'])}–{_times(factor['high'])}"


def _times(factor: float | None) -> str:
    """Write a factor; what has no end is infinite.

    >>> _times(1.4142), _times(None)
    ('1.41', '∞')
    """
    return "∞" if factor is None else f"{factor:.2f}"
