"""Law 3: the order of the rows and the company of other leads do not matter."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.records import activities
from tests import builders


def company(seed: int):  # type: ignore[no-untyped-def]
    tables = builders.company(builders.Company(seed=seed))
    rows = builders.snapshots(tables, seed)
    return tables, rows, builders.learned(tables, rows)


def order_matters(seed: int) -> bool:
    tables, rows, catalog = company(seed)
    there = builders.built(tables, rows, catalog)
    again = builders.built(builders.shuffled(tables, seed + 1), rows, catalog)
    return there.tobytes() != again.tobytes()


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_row_order_does_not_matter(seed: int) -> None:
    assert not order_matters(seed)


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_the_order_of_the_snapshots_is_the_order_of_the_rows(seed: int) -> None:
    tables, rows, catalog = company(seed)
    order = np.random.default_rng(seed).permutation(len(rows))
    whole = builders.built(tables, rows, catalog)
    mixed = builders.built(tables, rows.iloc[order], catalog)
    assert whole[order].tobytes() == mixed.tobytes()


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_leads_of_other_accounts_do_not_matter(seed: int) -> None:
    tables, rows, catalog = company(seed)
    accounts = tables.leads["account_id"].fillna(tables.leads["lead_id"])
    for account in accounts.unique():
        together = set(tables.leads["lead_id"][accounts == account])
        mine = rows["lead_id"].isin(together)
        alone = builders.built(builders.only(tables, together), rows[mine], catalog)
        whole = builders.built(tables, rows, catalog)[mine.to_numpy()]
        assert whole.tobytes() == alone.tobytes()


def test_planted_fault_ties_left_as_they_come(monkeypatch: pytest.MonkeyPatch) -> None:
    def by_time_only(lead, occurred_at, _):  # type: ignore[no-untyped-def]
        return np.lexsort((occurred_at, lead))

    monkeypatch.setattr(activities, "canonical_order", by_time_only)
    assert any(order_matters(seed) for seed in range(6))
