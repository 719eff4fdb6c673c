"""Who the leads are: accounts, attributes, salespeople, and what these do to the hidden chain.

Decided here: industry, size and prefecture belong to the account; role, department, source and the
noise attributes to the lead; the mix of sources drifts. `modifiers` turns what is observed into the
multipliers of `world`, interactions included: role by size, source by industry, source by era,
salesperson by industry, size by era.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.timeline import DAY, SECOND
from pipelines.sample.facets.attribute_values import (
    AGE_BRACKET,
    AREA_OF_REGION,
    BADGE_COLOUR,
    CATEGORIES,
    COMPANY_SIZE,
    DEPARTMENT,
    INDUSTRY,
    JOB_ROLE,
    REGION,
    SOURCE,
    Attribute,
    value_index,
)
from pipelines.sample.facets.seasons import START_MOMENT, Seasons, intake_weights
from pipelines.sample.simulation.world import Modifiers

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

LEADS_PER_ACCOUNT: Final = 1.7
NO_EMPLOYEE_COUNT: Final = 0.12
NO_LOTTERY_NUMBER: Final = 0.30
TRIAL_INDUSTRIES: Final = ("製造業", "情報通信業", "運輸・物流")
_SIZE_EDGES: Final = (1, 30, 100, 300, 1000, 12000)
_SOURCE_TREND: Final = (0.0, 0.1, -0.3, 0.0, 0.1, 0.5, 0.0, 0.0)
"""Per year, in log: advertisement grows, the trade fair shrinks."""
SKILL: Final = (0.40, 0.1, -0.1, -0.30, 0.25, 0.0, -0.1, -0.25, 0.30, 0.1, 0.0, -0.35)
"""What each salesperson adds to the log-odds of winning."""
SPECIALITY: Final = (0, 1, 2, 3, 4, 5, 0, 1, 6, 7, 0, 1)
"""The industry in which a salesperson shines."""
#                           asleep curious aware comparing deciding
_START: Final = np.array(
    [
        (0.50, 0.26, 0.17, 0.06, 0.01),  # Web検索
        (0.40, 0.12, 0.26, 0.18, 0.04),  # 比較サイト
        (0.68, 0.16, 0.13, 0.03, 0.00),  # 展示会
        (0.34, 0.06, 0.34, 0.19, 0.07),  # 紹介
        (0.48, 0.22, 0.24, 0.05, 0.01),  # セミナー
        (0.64, 0.22, 0.11, 0.03, 0.00),  # 広告
        (0.22, 0.12, 0.30, 0.26, 0.10),  # 問い合わせ
        (0.50, 0.10, 0.28, 0.10, 0.02),  # 代理店
    ]
)


@dataclass(frozen=True)
class People:
    """The leads as codes, one row a lead, in the order of `created_at`.

    Attributes
    ----------
    created_at
        Moments, whole seconds.
    codes
        Attribute name -> number of its value.
    numbers
        Attribute name -> value; missing as NaN.
    account
        Number of the account.
    owner
        Number of the salesperson.
    """

    created_at: Ints
    codes: dict[str, Ints]
    numbers: dict[str, Floats]
    account: Ints
    owner: Ints

    def __len__(self) -> int:
        """Count the leads."""
        return len(self.created_at)


def draw(
    n: int,
    days: int,
    calendar: Seasons,
    rng: np.random.Generator,
    leads_per_account: float = LEADS_PER_ACCOUNT,
) -> People:
    """Draw leads that come within the first days.

    Parameters
    ----------
    n
        How many leads.
    days
        Length of the world.
    calendar
        Its seasons.
    rng
        The source of chance.
    leads_per_account
        The mean.
    """
    created = _arrivals(n, days, calendar, rng)
    years = (created - START_MOMENT) / DAY / 365
    n_accounts = max(1, round(n / leads_per_account))
    accounts = {
        attribute.name: _choose(attribute, n_accounts, rng)
        for attribute in (
            INDUSTRY,
            COMPANY_SIZE,
            REGION,
        )
    }
    account = rng.choice(n_accounts, n, p=_account_weights(accounts["company_size"]))
    codes = {name: values[account] for name, values in accounts.items()}
    own = (
        JOB_ROLE,
        DEPARTMENT,
        BADGE_COLOUR,
        AGE_BRACKET,
    )
    codes |= {attribute.name: _choose(attribute, n, rng) for attribute in own}
    codes["source"] = _sources(years, rng)
    employees = _employees(accounts["company_size"], rng)[account]
    lottery = rng.integers(1, 10_000, n).astype(float)
    return People(
        created_at=created,
        codes=codes,
        numbers={
            "employee_count": np.where(rng.random(n) < NO_EMPLOYEE_COUNT, np.nan, employees),
            "lottery_number": np.where(rng.random(n) < NO_LOTTERY_NUMBER, np.nan, lottery),
        },
        account=account,
        owner=4 * np.array(AREA_OF_REGION)[codes["region"]] + rng.integers(0, 4, n),
    )


def modifiers(people: People) -> Modifiers:
    """Return what is observed of the leads as multipliers of the world's rates."""
    code = people.codes
    size, role, industry, source = (
        code[name] for name in ("company_size", "job_role", "industry", "source")
    )
    fit = sum(_pull(attribute)[code[attribute.name]] for attribute in CATEGORIES)
    fit = fit + _role_by_size()[role, size] + _source_by_industry()[source, industry]
    trial = np.isin(industry, [value_index(INDUSTRY, ja) for ja in TRIAL_INDUSTRIES])
    skill = np.array(SKILL)[people.owner] + _speciality()[people.owner, industry]
    by_era = _source_by_era()[:, source].T + _size_by_era()[:, size].T
    return Modifiers(
        variant=3 * trial.astype(np.int64) + np.array([0, 1, 1, 2, 2])[size],
        volume=np.array([0.8, 0.9, 1.1, 1.1, 1.0])[role],
        up=np.exp(0.7 * fit),
        wake=np.exp(0.5 * fit),
        opening=np.exp(0.4 * fit[:, None] + 0.5 * by_era),
        winning=np.exp(0.4 * fit[:, None] + by_era + skill[:, None]),
        start=_START[source],
    )


def _arrivals(n: int, days: int, calendar: Seasons, rng: np.random.Generator) -> Ints:
    weights = intake_weights(days)
    day = rng.choice(days, n, p=weights / weights.sum())
    share = np.interp(rng.random(n), calendar.hours, np.arange(25) / 24)
    seconds = np.minimum((share * 86_400).astype(np.int64), 86_399)
    created: Ints = np.sort(START_MOMENT + day * DAY + seconds * SECOND)
    return created


def _choose(attribute: Attribute, n: int, rng: np.random.Generator) -> Ints:
    share = np.array([value.share for value in attribute.values])
    return rng.choice(len(share), n, p=share / share.sum())


def _account_weights(size: Ints) -> Floats:
    weight = np.array([1.0, 1.2, 1.6, 2.2, 4.0])[size]
    share: Floats = weight / weight.sum()
    return share


def _sources(years: Floats, rng: np.random.Generator) -> Ints:
    share = np.array([value.share for value in SOURCE.values])
    weights = share * np.exp(np.outer(years, _SOURCE_TREND))
    upto = np.cumsum(weights, axis=1) / weights.sum(axis=1, keepdims=True)
    drawn: Ints = (rng.random(len(years))[:, None] > upto).sum(axis=1)
    return np.minimum(drawn, len(share) - 1)


def _employees(size: Ints, rng: np.random.Generator) -> Floats:
    low, high = np.array(_SIZE_EDGES)[size], np.array(_SIZE_EDGES)[size + 1]
    count: Floats = np.floor(low * (high / low) ** rng.random(len(size)))
    return count


def _pull(attribute: Attribute) -> Floats:
    return np.array([value.pull for value in attribute.values])


def _role_by_size() -> Floats:
    """Decisions: the executive of a small company, the heads of a large one."""
    table = np.zeros((5, 5))
    table[0, :2] = 0.75
    table[0, 3:] = -0.35
    table[1, 3:] = 0.45
    table[2, 2:] = 0.20
    table[4, 3:] = -0.25
    return table


def _source_by_industry() -> Floats:
    table = np.zeros((len(SOURCE.values), len(INDUSTRY.values)))
    fair, search = (
        value_index(SOURCE, "展示会"),
        value_index(SOURCE, "Web検索"),
    )
    table[fair, [0, 3]] = 0.70
    table[search, 1] = 0.40
    table[search, 5] = -0.30
    return table


def _speciality() -> Floats:
    table = np.full((len(SKILL), len(INDUSTRY.values)), -0.08)
    table[np.arange(len(SKILL)), SPECIALITY] = 0.55
    return table


def _source_by_era() -> Floats:
    table = np.zeros((2, len(SOURCE.values)))
    table[1, value_index(SOURCE, "比較サイト")] = -0.60
    table[1, value_index(SOURCE, "セミナー")] = 0.35
    return table


def _size_by_era() -> Floats:
    table = np.zeros((2, len(COMPANY_SIZE.values)))
    table[1, 0] = -0.45
    table[1, 3:] = 0.25
    return table
