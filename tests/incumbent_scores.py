"""Companies of leads and outcomes only, their honest scores, and scores with a planted fault."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.labels import Target
from features.snapshots import CohortRule
from features.tables import Tables
from models.audit.audit import ScoreAudit, audit
from models.audit.case import AuditCase
from models.lifecycle.origins import BacktestSettings
from pipelines.incumbent.read_scores import ReadScores
from pipelines.incumbent.score_history import of_leads
from pipelines.lifecycle.audit.case import AuditedCohort, DatedScore, case_of, matured

START = pd.Timestamp("2024-01-01", tz="UTC")
DAYS = 720
HORIZON = 90.0
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Company:
    """Leads with a latent readiness, and what became of them; times in days since `START`."""

    created: Floats
    readiness: Floats
    hazard: Floats
    converted: Floats
    lost: Floats

    @property
    def end(self) -> Floats:
        """When a lead ended, or the end of observation."""
        return np.minimum(np.minimum(self.converted, self.lost), DAYS)

    def tables(self) -> Tables:
        ids = pd.Series([f"L{n}" for n in range(len(self.created))])
        size = np.where(np.arange(len(ids)) % 3 == 0, "large", "small")
        leads = pd.DataFrame(
            {"lead_id": ids, "created_at": moment(self.created), "known_at": moment(self.created)}
        ).assign(size=size)
        parts = [
            pd.DataFrame(
                {
                    "lead_id": ids[at < DAYS].to_numpy(),
                    "occurred_at": moment(at[at < DAYS]),
                    "outcome": what,
                }
            )
            for what, at in (("won", self.converted), ("lost", self.lost))
        ]
        return Tables(leads, outcomes=pd.concat(parts, ignore_index=True))


def moment(days: Floats) -> pd.Series:
    at = START + pd.to_timedelta(np.round(days * 86_400), unit="s")
    return pd.Series(at).dt.as_unit("us").reset_index(drop=True)


def company(leads: int, seed: int, strength: float = 1.0) -> Company:
    rng = np.random.default_rng([seed, 1])
    created = rng.random(leads) * (DAYS - 120)
    readiness = rng.standard_normal(leads)
    hazard = 0.0012 * np.exp(strength * readiness)
    won, lost = rng.exponential(1 / hazard), rng.exponential(220, leads)
    converted = np.where(won < lost, created + won, np.inf)
    return Company(
        created, readiness, hazard, converted, np.where(lost <= won, created + lost, np.inf)
    )


@dataclass(frozen=True)
class ScoreValues:
    """The values of a score: the lead, the day, the value."""

    lead: NDArray[np.int64]
    day: Floats
    value: Floats


def runs(one: Company, every: float, seed: int, first: float = 0.5) -> tuple[ScoreValues, Floats]:
    """Return when a score that is computed every few days was given, with a wandering noise."""
    rng = np.random.default_rng([seed, 2])
    count = np.maximum(np.ceil((one.end - one.created - first) / every), 0).astype(np.int64)
    lead = np.repeat(np.arange(len(count)), count)
    place = np.arange(len(lead)) - np.repeat(np.cumsum(count) - count, count)
    noise = 0.6 * rng.standard_normal(len(lead)) + 0.8 * rng.standard_normal(len(count))[lead]
    return ScoreValues(lead, one.created[lead] + first + every * place, np.zeros(len(lead))), noise


def honest(one: Company, seed: int, every: float = 14.0, kind: str = "points") -> ScoreValues:
    """Return an honest score: the readiness as far as it can be visible, renewed every few days."""
    when, noise = runs(one, every, seed)
    visible = 0.9 * one.readiness[when.lead] + noise
    value = np.round(100 / (1 + np.exp(-visible)))
    if kind == "grade":
        value = 4.0 - np.searchsorted([-1.2, 0.0, 1.2], -visible)
    if kind == "probability":
        both = one.hazard[when.lead] + 1 / 220
        value = one.hazard[when.lead] / both * (1 - np.exp(-both * HORIZON))
        value = value * np.exp(0.05 * np.sin(when.day))
    return ScoreValues(when.lead, when.day, value)


def after_the_end(one: Company, score: ScoreValues, seed: int) -> ScoreValues:
    """Let the runs go on for customers and lost leads too, with news of no direction."""
    rng = np.random.default_rng([seed, 3])
    last = pd.DataFrame({"lead": score.lead, "value": score.value}).groupby("lead")["value"].last()
    lead = np.repeat(last.index.to_numpy(), 2)
    day = one.end[lead] + np.tile([3.0, 17.0], len(last))
    value = np.clip(
        np.repeat(last.to_numpy(), 2) + np.round(9 * rng.standard_normal(len(lead))), 0, 100
    )
    return _joined(score, ScoreValues(lead, day, value))


def changes_only(score: ScoreValues) -> ScoreValues:
    """Leave out the rows that repeat the value before them."""
    values = pd.Series(score.value)
    before = values.groupby(score.lead).shift()
    new = (before != values).to_numpy()
    return ScoreValues(score.lead[new], score.day[new], score.value[new])


def clean(number: int, seed: int = 0) -> tuple[Company, ScoreValues, str]:
    """Return one of 20 honest scores, by its number: sizes, strengths, forms and habits differ."""
    kind = ("points", "grade", "probability", "points")[number % 4]
    drawn = 100 * seed + number
    one = company(800 + 200 * (number % 10), drawn, 0.7 + 0.05 * (number % 9))
    score = honest(one, drawn, (7.0, 14.0, 28.0)[number % 3], kind)
    if kind == "points" and number % 8 < 4:
        score = after_the_end(one, score, drawn)
    if number % 5 == 0:
        score = changes_only(score)
    return one, score, kind


def raised_when_won(one: Company, seed: int) -> ScoreValues:
    """Plant: customers get 100 points on the day they buy."""
    score = honest(one, seed)
    won = np.flatnonzero(one.converted < DAYS - 1)
    return _joined(score, ScoreValues(won, one.converted[won] + 0.2, np.full(len(won), 100.0)))


def filled_late(one: Company, seed: int) -> ScoreValues:
    """Plant: half of the customers get their first score after they have bought."""
    score = honest(one, seed)
    late = np.flatnonzero((one.converted < DAYS - 1) & (np.arange(len(one.created)) % 2 == 0))
    there = ~np.isin(score.lead, late)
    rest = ScoreValues(score.lead[there], score.day[there], score.value[there])
    return _joined(rest, ScoreValues(late, one.converted[late] + 0.2, np.full(len(late), 80.0)))


def stuck(one: Company, seed: int) -> ScoreValues:
    """Plant: the first value is written again at every run."""
    score = honest(one, seed)
    first = pd.Series(score.value).groupby(score.lead).transform("first").to_numpy()
    return ScoreValues(score.lead, score.day, first)


def never_fading(one: Company, seed: int) -> ScoreValues:
    """Plant: points only add up."""
    score = honest(one, seed)
    added = pd.Series(np.round(score.value / 10)).groupby(score.lead).cumsum().to_numpy()
    return ScoreValues(score.lead, score.day, added)


def at_the_top(one: Company, seed: int) -> ScoreValues:
    """Plant: most leads have reached the highest value."""
    score = honest(one, seed)
    return ScoreValues(score.lead, score.day, np.minimum(score.value, 35.0))


def inflated(one: Company, seed: int) -> ScoreValues:
    """Plant: probabilities that are twice too high."""
    score = honest(one, seed, kind="probability")
    return ScoreValues(score.lead, score.day, np.minimum(2.0 * score.value, 1.0))


def upside_down(one: Company, seed: int) -> ScoreValues:
    """Plant: the coldest leads have the highest points."""
    score = honest(one, seed)
    return ScoreValues(score.lead, score.day, 100.0 - score.value)


def stale(one: Company, seed: int) -> ScoreValues:
    """Plant: the score is given at most twice, in the first month."""
    score = honest(one, seed)
    young = score.day - one.created[score.lead] < 20
    return ScoreValues(score.lead[young], score.day[young], score.value[young])


PLANTS: dict[str, tuple[str, Callable[[Company, int], ScoreValues], str]] = {
    "moves with the outcome": ("A004", raised_when_won, "points"),
    "filled late": ("A005", filled_late, "points"),
    "never changes": ("A006", stuck, "points"),
    "never fades": ("A007", never_fading, "points"),
    "stuck at the top": ("A009", at_the_top, "points"),
    "inflated": ("A011", inflated, "probability"),
    "upside down": ("A001", upside_down, "points"),
    "stale": ("A008", stale, "points"),
}
"""What is planted -> the check that names it, the score, and what it claims."""


def case(
    one: Company, score: ScoreValues, meaning: str = "points", every: float = 28.0
) -> AuditCase:
    tables = one.tables()
    frame = pd.DataFrame(
        {"lead_id": [f"L{n}" for n in score.lead], "at": moment(score.day), "score": score.value}
    )
    scores = of_leads(ReadScores(frame, len(frame), {}, meaning, dated=True), tables.leads)
    rule = CohortRule(every_days=every, early_age_hours=())
    cohort = AuditedCohort(rule, Target("won", HORIZON), START + pd.Timedelta(days=DAYS))
    dated = DatedScore(scores.history, meaning)  # type: ignore[arg-type]
    return case_of(tables, matured(tables, cohort), cohort, dated)


def audited(one: Company, score: ScoreValues, meaning: str = "points") -> ScoreAudit:
    return audit(case(one, score, meaning), BacktestSettings(redraws=60, capacity=20))


def _joined(first: ScoreValues, second: ScoreValues) -> ScoreValues:
    return ScoreValues(
        np.concatenate([first.lead, second.lead]),
        np.concatenate([first.day, second.day]),
        np.concatenate([first.value, second.value]),
    )
