"""Random histories with faults and kills: nothing lost or doubled; planted faults are noticed.

`python -m benchmarks connect` runs a thousand of each.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from pipelines.connect import pull, push
from pipelines.connect.crm import Crm
from pipelines.connect.ledger import ScoreLedger
from pipelines.connect.mirror import Mirror
from pipelines.connect.webhooks import events
from tests.crms.histories import History, Verdict
from tests.crms.posts import PostHistory
from tests.crms.settings import SETTINGS

HISTORIES = 6


@pytest.mark.parametrize("system", list(SETTINGS))
def test_nothing_is_lost_or_doubled(system: str, tmp_path: Path) -> None:
    faults = 0
    for seed in range(HISTORIES):
        verdict = History(seed, tmp_path, SETTINGS[system]).run()
        assert verdict.is_well, (seed, verdict)
        faults += sum(verdict.faults.values())
    assert faults > 0


def noticed(place: Path, system: str = "kintone", most: int = 40) -> Verdict | None:
    for seed in range(most):
        verdict = History(seed, place, SETTINGS[system]).run()
        if not verdict.is_well:
            return verdict
    return None


def test_a_ledger_that_is_written_first_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = ScoreLedger.write

    def push_hastily(crm: Crm, state: Any, *rest: Any, **more: Any) -> Any:
        sent: Callable[[Mapping[str, Any]], dict[str, str]] = crm.write

        def first(rows: Mapping[str, Any]) -> dict[str, str]:
            at = {one: (fields, "") for one, fields in rows.items()}
            write(ScoreLedger(state, crm.lead_table), at, "")
            return sent(rows)

        crm.write = first  # type: ignore[method-assign]
        return push.push(crm, state, *rest, **more)

    monkeypatch.setattr("tests.crms.histories.push", push_hastily)
    assert noticed(tmp_path) is not None


def test_a_deletion_that_is_not_confirmed_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A short page of the roll would erase persons who are there."""

    def believe(crm: Crm, mirror: Mirror, table: str, now: Any, *, accept: bool) -> tuple[int, int]:
        before, live, after = mirror.versions(table), dict[str, int](), None
        while True:
            roll = crm.roll(table, after)
            live |= roll.versions
            after = roll.after
            if after is None:
                break
        gone = [one for one in before if one not in live]
        mirror.take(table, crm.read(table, [one for one in live if before.get(one) != live[one]]))
        return 0, mirror.vanish(table, gone, str(accept and now))

    monkeypatch.setattr(pull, "_reconcile", believe)
    verdict = noticed(tmp_path)
    assert verdict is not None
    assert any("erased" in one for one in verdict.lost)


def test_a_cursor_without_its_page_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the daily comparison, a cursor that is stored before its records loses some."""

    def apart(self: Mirror, table: str, page: Any) -> int:
        with self._state.transaction() as db:
            db.execute("insert or replace into cursors values (?, ?)", (table, page.cursor))
        with self._state.transaction() as db:
            return self._store(db, table, page.records, certain=page.certain)

    monkeypatch.setattr(pull, "_reconcile", lambda *_, **__: (0, 0))
    monkeypatch.setattr(Mirror, "take_page", apart)
    verdicts = (History(seed, tmp_path, SETTINGS["hubspot"]).run() for seed in range(40))
    assert any(
        one.lost or [d for d in one.differing if not d.startswith("call")] for one in verdicts
    )


@pytest.mark.parametrize("seed", range(12))
def test_every_crossing_reaches_every_receiver_once(seed: int, tmp_path: Path) -> None:
    verdict = PostHistory(seed, tmp_path).run()
    assert not verdict.lost
    assert not verdict.doubled


def test_events_apart_from_their_standing_are_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A standing that is stored before its events would lose them in a kill."""
    letters = events._letters

    def none_sometimes(made: Iterable[Any], receivers: Any, now: Any) -> Any:
        every = list(letters(made, receivers, now))
        return every if now.minute % 2 else []

    monkeypatch.setattr(events, "_letters", none_sometimes)
    assert any(PostHistory(seed, tmp_path).run().lost for seed in range(6))
