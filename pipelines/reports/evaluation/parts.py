"""The parts that the test was cut into, and their words: by age, by month, by every attribute."""

from typing import Final

from features.wording.sentences import Language
from features.wording.translation import mark
from models.evaluation.evaluation import Evaluation
from models.evaluation.groups.groups import Group
from pipelines.reports.evaluation.terms import NOT_VALUES, term
from pipelines.reports.translation import gettext, localized, translate

_PART_TITLES: Final = {
    "age": mark("By age of the lead, days"),
    "month": mark("By month of the cutoff"),
}


def parts(evaluation: Evaluation) -> dict[str, tuple[Group, ...]]:
    """List the parts the test was cut into: `age`, `month`, `segment_<attribute>`."""
    segments = {f"segment_{name}": groups for name, groups in evaluation.by_segment.items()}
    return {"age": evaluation.by_age, "month": evaluation.by_month} | segments


def part_title(evaluation: Evaluation, key: str, language: Language) -> str:
    """Return what the test was cut by.

    Parameters
    ----------
    evaluation
        The numbers.
    key
        A key of `parts`.
    language
        The language of all texts.
    """
    if not key.startswith("segment_"):
        return translate(_PART_TITLES[key], language)
    attribute = key.removeprefix("segment_")
    label = evaluation.labels.get(attribute)
    words = attribute if label is None else localized(label, language)
    return gettext("By %(attribute)s", language, attribute=words)


def part_name(evaluation: Evaluation, key: str, name: str, language: Language) -> str:
    """Return the words of a part: those of an attribute's value; ages and months stay as they are.

    Parameters
    ----------
    evaluation
        The numbers.
    key
        A key of `parts`.
    name
        The code of the part.
    language
        The language of all texts.
    """
    label = evaluation.labels.get(f"{key.removeprefix('segment_')}={name}")
    if label is None or name in NOT_VALUES:
        return term(name, NOT_VALUES, language)
    return localized(label, language)
