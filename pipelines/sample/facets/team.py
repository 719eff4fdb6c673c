"""The sales team of the sample company: experience, room in a week, skills; for `mikomi team load`.

Decided here: experience and industries are those that the world gives each salesperson
(`simulation.people`); nothing is drawn, so no other file depends on them.
"""

from collections.abc import Sequence
from typing import Any, Final

import yaml

from pipelines.sample.facets.attribute_values import AREA_OF_REGION, INDUSTRY, REGION
from pipelines.sample.facets.salespeople import SALESPEOPLE

_EXPERIENCED: Final = 0.2
_PER_AREA: Final = 4
_CAPACITY: Final = {"senior": 30, "regular": 25, "junior": 15}


def team(skill: Sequence[float], speciality: Sequence[int]) -> dict[str, dict[str, Any]]:
    """Describe the salespeople, by id.

    Parameters
    ----------
    skill
        What each adds to the log-odds of winning.
    speciality
        The number of the industry in which each shines.
    """
    members = zip(SALESPEOPLE, skill, speciality, strict=True)
    return {
        owner_id: _member(number, own, industry)
        for number, ((owner_id, _, _), own, industry) in enumerate(members)
    }


def _member(number: int, skill: float, industry: int) -> dict[str, Any]:
    level = "senior" if skill > _EXPERIENCED else "junior" if skill < -_EXPERIENCED else "regular"
    regions = [
        value.ja
        for value, area in zip(REGION.values, AREA_OF_REGION, strict=True)
        if area == number // _PER_AREA
    ]
    skills = {"industry": [INDUSTRY.values[industry].ja], "region": regions, "language": ["日本語"]}
    return {"level": level, "capacity": _CAPACITY[level], "skills": skills}


def team_file(members: dict[str, dict[str, Any]]) -> str:
    """Write the file that `mikomi team load` reads."""
    return yaml.safe_dump(members, allow_unicode=True, sort_keys=False)
