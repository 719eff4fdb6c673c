"""L005: leads or accounts that stand on both sides of the split."""

from pipelines.leaks.check import Evidence, LeakCheck, Suspects

MOST = 0.5


def _look(evidence: Evidence) -> Suspects | None:
    ids = evidence.rows["lead_id"]
    learning, test = ids.iloc[evidence.learning], ids.iloc[evidence.test]
    won = evidence.rows["label"].iloc[evidence.learning] == 1.0
    both = test[test.isin(set(learning[won]))]
    early = evidence.rows["cutoff"]
    if early.iloc[evidence.learning].max() >= early.iloc[evidence.test].min():
        return Suspects({"split": "training cutoffs lie within the test period"})
    share = len(both) / max(len(test), 1)
    told = {"lead_id": f"{share:.0%} of test rows are leads whose conversion was learned from"}
    return Suspects({}, told if share > MOST else {})


CHECK = LeakCheck(
    "L005",
    "overlap of training and test",
    "test rows after all training rows, mostly of leads that did not convert in training",
    "split by time, and use until_decided unless leads convert again",
    _look,
)
