"""L005: leads or accounts on both sides of the split."""

from typing import Final

import pandas as pd

from features.feature import Text
from pipelines.leaks.check import LeakCheck, LeakEvidence, Suspects

MOST: Final = 0.5
Ids = pd.Series


def _examine(evidence: LeakEvidence) -> Suspects | None:
    if not len(evidence.learning) or not len(evidence.test):
        return None
    cutoff = evidence.rows["cutoff"]
    if cutoff.iloc[evidence.learning].max() >= cutoff.iloc[evidence.test].min():
        return Suspects({"split": "training cutoffs lie within the test period"})
    grounds = _shared(evidence, evidence.rows["lead_id"], "lead_id", "leads")
    leads = evidence.tables.leads
    if "account_id" in leads:
        account = evidence.rows["lead_id"].map(leads.set_index("lead_id")["account_id"])
        grounds |= _shared(evidence, account, "account_id", "leads of accounts")
    return Suspects({}, grounds)


def _shared(evidence: LeakEvidence, ids: Ids, name: str, what: str) -> dict[str, str]:
    """Compute the share of test rows with an id whose conversion is in the training rows."""
    learning, test = ids.iloc[evidence.learning], ids.iloc[evidence.test]
    won = evidence.rows["label"].iloc[evidence.learning] == 1.0
    share = float(test.isin(set(learning[won].dropna())).mean())
    text = f"{share:.0%} of test rows are {what} whose conversion was learned from"
    return {name: text} if share > MOST else {}


CHECK = LeakCheck(
    "L005",
    Text("overlap of training and test", "学習とテストの重複"),
    "test rows after all training rows, mostly of leads that did not convert in training",
    "split by time, and use until_decided unless leads convert again",
    _examine,
)
