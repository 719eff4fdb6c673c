"""The page of what mikomi promises in bad times: promise, tries, result.

Decided here: the first table is read from `benchmarks/results/endure.json`, which `make endure`
writes; the second names the test that tries a promise which needs a clock or a database of its own.
"""

import json
from pathlib import Path
from typing import Final

from docs.reference import WRITTEN, markdown

RESULTS: Final = Path(__file__).parent.parent / "benchmarks" / "results" / "endure.json"
_HEAD: Final = """# Reliability

What mikomi promises when something breaks, how often each promise was tried, and the result.
`make endure` makes these tries on loopback against real server processes and writes this table.

"""
_TESTED: Final = """
## Tried by tests

These need a clock or a database server of their own; `make test` tries them each time.

"""
_TESTS: Final = (
    (
        "no log names a person who was erased, whatever the clocks said and whoever was answered",
        "tests/laws/test_erased_for_ever.py",
    ),
    ("an erased lead is in no file that was written", "tests/journeys/test_erased_everywhere.py"),
    ("an id that is let in can be read and erased", "tests/parity/test_ids.py"),
    ("a hung database: 503 within two seconds, then as before", "tests/parity/test_store_gone.py"),
    ("a full disk or a database that stops loses nothing", "tests/journeys/test_bad_days.py"),
    (
        "a full disk in any stage of the pipeline leaves every output as it was",
        "tests/journeys/test_machine_faults.py",
    ),
    (
        "a registry that is locked, damaged, gone or newer is named; a server goes on",
        "tests/journeys/test_machine_faults.py",
    ),
    ("a damaged table is named, never read", "tests/journeys/test_machine_faults.py"),
    ("a cluster that is lost: the rest is done later", "tests/parity/test_dask_lost.py"),
    (
        "a kill between any two steps of `mikomi load-ranking` leaves the former ranking whole",
        "tests/parity/test_load_ranking.py",
    ),
    ("receipts replay to the same bytes from a backup", "tests/parity/test_backup.py"),
    ("the guesses of others lock nobody out", "tests/parity/test_users.py"),
    ("an empty database opens nothing that had keys", "tests/unit/serve/test_open_mode.py"),
    (
        "a token that the sign-in provider did not sign for this attempt lets nobody in",
        "tests/unit/pages/test_openid.py",
    ),
    ("more requests at once than places are refused at once", "tests/unit/serve/test_places.py"),
    ("a ranking that falls behind is named", "tests/unit/serve/test_ranking_lag.py"),
    ("models are swapped under load", "tests/journeys/test_serving_under_load.py"),
)


def page() -> str:
    """Return the page."""
    trials = json.loads(RESULTS.read_text("utf-8"))["trials"]
    rows = [
        [one["promise"], f"{one['tries']:,}", f"{one['held']:,}", one["measured"]]
        for one in trials.values()
    ]
    tested = [[promise, f"`{test}`"] for promise, test in _TESTS]
    return (
        WRITTEN
        + _HEAD
        + markdown(["promise", "tries", "held", "measured"], rows)
        + _TESTED
        + markdown(["promise", "test"], tested)
    )
