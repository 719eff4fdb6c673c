"""L003: a single feature explains the outcome alone."""

from pipelines.leaks.check import Evidence, LeakCheck, Suspects

SOFT = {"like_the_model"}


def _look(evidence: Evidence) -> Suspects | None:
    if not evidence.singles:
        return None
    named = {one.feature: one for one in evidence.singles if set(one.grounds) - SOFT}
    return Suspects(
        {name: f"{', '.join(one.grounds)}, AUC {one.auc:.2f}" for name, one in named.items()}
    )


CHECK = LeakCheck(
    "L003",
    "a single feature too good",
    "no feature that decides alone",
    "find out when its column is filled; if after the outcome, list it under known_later",
    _look,
)
