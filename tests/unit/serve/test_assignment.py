"""The assignment: the best sum there is, within room, fairness, language and experience."""

from itertools import product

import numpy as np
import pytest

from serve.insight.assignment import (
    HOT_FACTOR,
    OTHER,
    SPREAD,
    Assignment,
    OfferedLead,
    OfferedRep,
    propose,
)
from serve.wire.team.reps import Level, Rep

INDUSTRIES = ("製造業", "金融")


def lead(name: str, probability: float, *, hot: bool = False, **attributes: str) -> OfferedLead:
    return OfferedLead(name, probability, hot, dict(attributes))


def rep(name: str, free: int, level: Level = "senior", **skills: list[str]) -> OfferedRep:
    return OfferedRep(Rep(owner_id=name, level=level, skills=skills), free)


def by_lead(made: Assignment) -> dict[str, str]:
    return {one.lead.lead_id: one.owner_id for one in made.pairs}


def best_by_hand(leads: list[OfferedLead], reps: list[OfferedRep]) -> float:
    """Try every assignment within room and fairness."""
    room = sum(one.free for one in reps)
    most = [min(one.free, int(np.ceil(SPREAD * len(leads) * one.free / room))) for one in reps]
    best = 0.0
    for choice in product([None, *range(len(reps))], repeat=len(leads)):
        counts = [choice.count(n) for n in range(len(reps))]
        if all(count <= limit for count, limit in zip(counts, most, strict=True)):
            worth = 0.0
            for one, n in zip(leads, choice, strict=True):
                if n is not None:
                    own = reps[n].rep
                    other = own.skills and one.attributes["industry"] not in own.skills["industry"]
                    factor = OTHER if other else 1.0
                    worth += one.probability * factor * (HOT_FACTOR[own.level] if one.hot else 1)
            best = max(best, worth)
    return best


@pytest.mark.parametrize("seed", range(6))
def test_no_other_assignment_expects_more(seed: int) -> None:
    random = np.random.default_rng(seed)
    leads = [
        lead(
            f"L{n}",
            float(random.random()),
            hot=bool(random.random() < 0.5),
            industry=INDUSTRIES[int(random.integers(2))],
        )
        for n in range(5)
    ]
    reps = [
        rep("a", 2, "junior", industry=["製造業"]),
        rep("b", 1, "senior", industry=["金融"]),
        rep("c", 2, "regular"),
    ]
    made = propose(leads, reps)
    assert made.expected == pytest.approx(best_by_hand(leads, reps))
    assert made.expected >= made.in_turn - 1e-12


def test_a_planted_greedy_choice_would_be_noticed() -> None:
    """Taking the best pair first is not the best sum: the comparison above bites."""
    leads = [lead("x", 0.5, industry="製造業"), lead("y", 0.4, industry="金融")]
    reps = [rep("a", 1), rep("b", 1, industry=["製造業"])]
    greedy = 0.5 + 0.4 * OTHER
    assert best_by_hand(leads, reps) == pytest.approx(0.9)
    assert greedy < 0.9
    assert by_lead(propose(leads, reps)) == {"x": "b", "y": "a"}


def test_hot_leads_go_to_the_experienced_and_the_others_to_beginners() -> None:
    leads = [lead("hot", 0.4, hot=True), lead("warm", 0.39)]
    made = propose(leads, [rep("new", 1, "junior"), rep("old", 1, "senior")])
    assert by_lead(made) == {"hot": "old", "warm": "new"}


def test_room_and_the_bound_of_fairness_hold() -> None:
    leads = [lead(f"L{n}", 0.1 + n / 100, hot=True) for n in range(8)]
    made = propose(leads, [rep("a", 50, "senior"), rep("b", 50, "junior")])
    counts = [list(by_lead(made).values()).count(name) for name in "ab"]
    assert counts == [5, 3], "at most 1.25 times the half"
    few = propose(leads, [rep("a", 2), rep("b", 1), rep("c", 0)])
    assert len(few.pairs) == 3
    assert {one.lead_id for one in few.left} == {f"L{n}" for n in range(5)}, "the least are left"


def test_nobody_gets_a_language_they_do_not_speak() -> None:
    leads = [lead("en", 0.9, language="英語"), lead("ja", 0.1, language="日本語"), lead("no", 0.5)]
    made = propose(leads, [rep("a", 9, language=["日本語"])])
    assert by_lead(made) == {"ja": "a", "no": "a"}
    assert [one.lead_id for one in made.left] == ["en"]


def test_a_skill_of_the_account_counts_too() -> None:
    leads = [lead("x", 0.5, **{"account.industry": "金融"})]
    (pair,) = propose(leads, [rep("a", 1, industry=["金融"], region=["大阪府"])]).pairs
    assert (pair.fitting, pair.other) == (("industry",), ())


def test_nothing_to_do_is_no_error() -> None:
    assert propose([], [rep("a", 1)]).pairs == []
    assert propose([lead("x", 0.5)], []).left[0].lead_id == "x"
