"""Random histories of a connected CRM: what happens, what fails, and whether both sides agree at
the end.

A history creates, changes and deletes records, moves scores, pulls, pushes, is hinted by webhooks,
and is killed between any two steps, while calls fail in every way that a stand-in knows. At its end
the faults stop, and one whole pull and one push must bring both sides together.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from features.errors import MikomiError
from pipelines.connect.crm import Crm
from pipelines.connect.mirror import Mirror
from pipelines.connect.pull import pull, read_again
from pipelines.connect.push import PushRules, push
from pipelines.connect.score_fields import BLANK, FIELDS, Wording, differ, fields_of
from pipelines.connect.state import State
from tests.crms.stand_in import Faults, Killed, StandIn


class KillableState(State):
    """A state whose process can be killed before and after each commit."""

    def __init__(self, path: Path, faults: Faults) -> None:
        super().__init__(path)
        self.db.execute("pragma synchronous = off")  # a process is killed here, not a machine
        self._faults = faults

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        with super().transaction() as db:
            yield db
            self._faults.step()
        self._faults.step()


class Scores:
    """A stand-in of the server's ranking; `hidden` leads are missed by a page, as pages move."""

    def __init__(self, source: random.Random) -> None:
        self.rows: dict[str, dict[str, Any]] = {}
        self._random = source
        self.calm = False

    def move(self, lead_id: str, now: datetime) -> None:
        score = self._random.uniform(0, 100)
        band = "hot" if score > 80 else "warm" if score > 40 else "cold"
        self.rows[lead_id] = {
            "lead_id": lead_id,
            "probability": score / 250,
            "score": score,
            "band": band,
            "trend": self._random.choice(["improving", "steady", "not_enough_information"]),
            "sentences": [{"sentence": f"理由 {self._random.random():.3f}"}],
            "band_falls_at": (now + timedelta(days=9)).isoformat(),
            "woke_up_at": None,
            "owner_id": None,
            "as_of": now.isoformat(),
        }

    def ranking(self, _language: str) -> list[Any]:
        return [row for row in self.rows.values() if self.calm or self._random.random() > 0.05]

    def ranked(self, lead_id: str) -> Any:
        return self.rows.get(lead_id)


def own_fields(one: Any) -> dict[str, str]:
    return {name: str(one.values.get(name) or "") for name in FIELDS}


class Setting(NamedTuple):
    """A system in its stand-in: how to connect, and what a record of leads looks like."""

    stand_in: StandIn
    table: str
    """Of the stand-in."""
    connect: Callable[[StandIn], Crm]
    record: Callable[[random.Random], dict[str, Any]]
    content: Callable[[dict[str, str]], dict[str, Any]]
    """The values of a pulled record, under the names of the stand-in."""
    shown: Callable[[Any], dict[str, str]] | None = own_fields
    """The score fields that a record of the stand-in shows; none: scores are not written."""
    further: Callable[[Mirror], list[str]] | None = None
    """What differs in other tables than that of the leads."""


@dataclass
class Verdict:
    """What a history came to; all lists are empty when it is well."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)
    not_erased: list[str] = field(default_factory=list)
    records: int = 0
    deleted: int = 0
    faults: dict[str, int] = field(default_factory=dict)
    largest: dict[str, int] = field(default_factory=dict)

    @property
    def is_well(self) -> bool:
        return not (self.lost or self.doubled or self.differing or self.not_erased)


class History:
    """One history, by its seed."""

    def __init__(self, seed: int, place: Path, setting: Callable[[Faults], Setting]) -> None:
        self._random = random.Random(seed)  # noqa: S311 - a test's own
        self._faults = Faults(self._random)
        self._setting = setting(self._faults)
        self.stand_in = self._setting.stand_in
        self._path = place / f"{seed}.db"
        self._state = KillableState(self._path, self._faults)
        self._scores = Scores(self._random)
        self._crm = self._setting.connect(self.stand_in)
        self._erased: list[str] = []
        self._ever: set[str] = set()
        self._deleted: set[str] = set()
        self._late_hints: list[str] = []

    def run(self, steps: int = 18) -> Verdict:
        """Live through it, then make peace and judge."""
        self._faults.share = self._random.choice([0.0, 0.02, 0.08])
        for _ in range(self._random.choice([1, 2, 3, 5, 40])):
            self._create()
        for _ in range(steps):
            self.stand_in.now += timedelta(seconds=self._random.choice([1, 20, 70, 400, 90_000]))
            if self._random.random() < 0.1:
                self.stand_in.skew = timedelta(seconds=self._random.randrange(-240, 240))
            self._random.choice(
                [self._create, self._change, self._change, self._delete, self._score,
                 self._score, self._pull, self._pull, self._push, self._push, self._hint]
            )()  # fmt: skip
        return self._judge()

    def _rows(self) -> dict[str, Any]:
        return self.stand_in.tables[self._setting.table]

    def _one(self) -> str | None:
        rows = list(self._rows())
        return self._random.choice(rows) if rows else None

    def _create(self) -> None:
        for _ in range(self._random.choice([1, 1, 3, 12])):
            values = self._setting.record(self._random)
            lead_id = self.stand_in.create(self._setting.table, values)
            self._ever.add(lead_id)
            self._scores.move(lead_id, self.stand_in.now)

    def _change(self) -> None:
        for _ in range(self._random.choice([1, 4])):
            if one := self._one():
                values = self._setting.record(self._random)
                self.stand_in.update(self._setting.table, one, values)
                self._late_hints.append(one)

    def _delete(self) -> None:
        if one := self._one():
            self.stand_in.delete(self._setting.table, one)
            self._deleted.add(one)
            self._late_hints.append(one)
            self._scores.rows.pop(one, None)

    def _score(self) -> None:
        for _ in range(self._random.choice([1, 10])):
            if one := self._one():
                if self._random.random() < 0.1:
                    self._scores.rows.pop(one, None)
                else:
                    self._scores.move(one, self.stand_in.now)

    def _pull(self) -> None:
        whole = self._random.random() < 0.2
        self._daring(
            lambda: pull(self._crm, self._state, self.stand_in.now, whole=whole, accept=True)
        )
        self._daring(self._erase)

    def _push(self) -> None:
        if self._setting.shown is None:
            return
        rules = PushRules(Wording("ja"), whole=self._random.random() < 0.1)
        self._daring(lambda: push(self._crm, self._state, self._scores, self.stand_in.now, rules))

    def _hint(self) -> None:
        """Deliver hints out of order, some twice, some never."""
        self._random.shuffle(self._late_hints)
        some = self._late_hints[:5]
        if self._random.random() < 0.5:
            del self._late_hints[:5]
        table = self._crm.lead_table
        self._daring(
            lambda: read_again(self._crm, self._state, table, some, self.stand_in.now) and None
        )

    def _erase(self) -> None:
        """Erase vanished leads elsewhere, then note it: what a kill repeats must be harmless."""
        mirror = Mirror(self._state, self._crm.lead_table)
        gone = mirror.gone()
        self._erased += gone
        self._faults.step()
        mirror.forgotten(gone)

    def _daring(self, work: Callable[[], object]) -> None:
        """Do something that may be killed at any step; a new process goes on from the file."""
        if self._random.random() < 0.3:
            self._faults.kill_at = self._faults.steps + self._random.randrange(1, 12)
        try:
            work()
        except Killed:
            self._state.close()
            self._state = KillableState(self._path, self._faults)
            self._crm = self._setting.connect(self.stand_in)
        except MikomiError:
            self._faults.count("run ended")
        self._faults.kill_at = None

    def _judge(self) -> Verdict:
        self._faults.share, self._faults.kill_at, self._scores.calm = 0.0, None, True
        self.stand_in.skew = timedelta(0)
        late, self.stand_in.late = self.stand_in.late, []
        for request in late:
            self.stand_in.handle(request)
        self.stand_in.now += timedelta(days=2)
        now = self.stand_in.now
        pull(self._crm, self._state, now, whole=True, accept=True)
        self._erase()
        verdict = self._compared()
        if self._setting.shown is not None:
            self._compare_scores(verdict, now)
        self._state.close()
        self.stand_in.close()
        return verdict

    def _compare_scores(self, verdict: Verdict, now: datetime) -> None:
        rules = PushRules(Wording("ja"))
        refused = push(self._crm, self._state, self._scores, now, rules).refused
        verdict.differing += [f"refused {one}: {why}" for one, why in refused.items()]
        rows = self._rows()
        verdict.differing += [f"score of {one}" for one in rows if not self._shows(rows[one])]
        again = push(self._crm, self._state, self._scores, now, rules)
        if again.written or again.emptied:
            verdict.doubled.append(f"a second push wrote {again.written + again.emptied}")

    def _compared(self) -> Verdict:
        mirror = Mirror(self._state, self._crm.lead_table)
        mirrored = list(mirror.records(self._crm.lead_table))
        ids = [one for one, _ in mirrored]
        rows = self._rows()
        verdict = Verdict(records=len(rows), deleted=len(self._deleted))
        verdict.doubled += [one for one in ids if ids.count(one) > 1]
        verdict.lost += [one for one in rows if one not in ids]
        verdict.not_erased += [one for one in ids if one not in rows]
        verdict.not_erased += mirror.gone()
        verdict.differing += [
            one for one, values in mirrored
            if one in rows and self._setting.content(dict(values)) != self._own(rows[one].values)
        ]  # fmt: skip
        verdict.differing += self._setting.further(mirror) if self._setting.further else []
        wrongly = [one for one in self._erased if one in rows]
        verdict.lost += [f"erased {one}" for one in wrongly]
        verdict.faults = dict(self._faults.counts)
        verdict.largest = dict(self.stand_in.largest)
        return verdict

    def _own(self, values: dict[str, Any]) -> dict[str, Any]:
        return {n: v for n, v in values.items() if not n.startswith(("mikomi_", "_"))}

    def _shows(self, one: Any) -> bool:
        row = self._scores.rows.get(one.record_id)
        wanted = BLANK if row is None else fields_of(row, Wording("ja"))
        shown = self._setting.shown
        return shown is None or not differ(shown(one), wanted, PushRules().amounts)
