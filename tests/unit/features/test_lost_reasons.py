"""Why a deal was lost is known only when it ended: no feature may read it."""

from dataclasses import replace

import numpy as np
import pandas as pd

from features.tables import Tables
from tests import builders
from tests.builders import Company

SIZE = Company(leads=30, seed=11)


def telling(tables: Tables) -> Tables:
    """Plant a reason in every outcome, of open deals as well, that gives away who wins."""
    won = tables.outcomes.loc[tables.outcomes["outcome"] == "won", "lead_id"]
    reason = np.where(tables.outcomes["lead_id"].isin(won), "wins", "loses")
    outcomes = tables.outcomes.assign(reason=pd.Series(reason, tables.outcomes.index, dtype="str"))
    return replace(tables, outcomes=outcomes)


def test_a_planted_reason_moves_no_feature_and_teaches_no_word() -> None:
    tables = builders.company(SIZE)
    rows = builders.snapshots(tables)
    with_reason = telling(tables)
    plain, other = builders.learned(tables, rows), builders.learned(with_reason, rows)
    assert other.names == plain.names
    assert not any("reason" in name for name in other.names)
    assert other.vocabulary == plain.vocabulary
    assert "wins" not in str(other.vocabulary)
    before, after = (builders.built(one, rows, plain) for one in (tables, with_reason))
    np.testing.assert_array_equal(after, before)


def test_the_same_words_as_an_attribute_would_be_noticed() -> None:
    """The planted fault: what the test above must not find."""
    tables = builders.company(SIZE)
    rows = builders.snapshots(tables)
    won = tables.outcomes.loc[tables.outcomes["outcome"] == "won", "lead_id"]
    words = np.where(tables.leads["lead_id"].isin(won), "wins", "loses")
    leads = tables.leads.assign(lost_reason=pd.Series(words, tables.leads.index, dtype="str"))
    learned = builders.learned(replace(tables, leads=leads), rows)
    assert any("lost_reason" in name for name in learned.names)
