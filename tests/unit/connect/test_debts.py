"""Leads that are gone are erased on every server that was sent to, once, whatever fails."""

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pipelines.connect import debts, pull
from pipelines.connect.connection import ConnectionPlaces, store
from pipelines.connect.crm import Crm
from pipelines.connect.erasing import erase, eraser
from pipelines.connect.rest_client import SystemUnavailable
from pipelines.connect.state import State
from tests.crms import settings
from tests.crms.stand_in import Faults, StandIn

FIRST, SECOND = "http://127.0.0.1:1", "http://127.0.0.1:2"


class Server:
    """A server that erases leads, or is down, or is killed after so many."""

    def __init__(self, address: str, most: int = 99) -> None:
        self.address, self.erased, self.most = address, list[str](), most

    def check_answers(self) -> None:
        if not self.most:
            raise SystemUnavailable.of("no answer", "an answer", "try again")

    def erase(self, lead_id: str) -> None:
        if len(self.erased) == self.most:
            raise SystemUnavailable.of("no answer", "an answer", "try again")
        self.erased.append(lead_id)


class Company:
    """An app of kintone with records, and the mirror of a connection."""

    def __init__(self, folder: Path) -> None:
        source = random.Random(4)  # noqa: S311 - a test's own
        setting = settings.of_kintone(Faults(source))
        made = settings.connection("kintone")
        store(folder, made)
        self.folder = folder
        self.crm: StandIn = setting.stand_in
        self.reached: Crm = setting.connect(self.crm)
        self.state = State(ConnectionPlaces(folder, "kintone").state)
        self.ids = [self.crm.create("5", setting.record(source)) for _ in range(5)]
        self.pull()

    def pull(self) -> None:
        pull.pull(self.reached, self.state, self.crm.now, whole=True)

    def delete(self, *lead_ids: str) -> None:
        for one in lead_ids:
            del self.crm.tables["5"][one]
        self.pull()


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    made = Company(tmp_path / "connections")
    yield made
    made.state.close()


def test_a_lead_that_is_gone_is_erased_on_every_server_once(company: Company) -> None:
    first, second = Server(FIRST), Server(SECOND)
    for one in (first, second):
        debts.note(company.state, one)
    company.delete("2", "4")
    assert debts.servers(company.state) == {FIRST: 2, SECOND: 2}
    assert debts.pay(company.state, first) == 2
    assert debts.pay(company.state, first) == 0
    assert debts.servers(company.state) == {FIRST: 0, SECOND: 2}
    assert debts.pay(company.state, second) == 2
    assert first.erased == second.erased == ["2", "4"]


def test_a_server_that_fails_midway_is_owed_the_rest(company: Company) -> None:
    debts.note(company.state, Server(FIRST))
    company.delete("1", "2", "3")
    with pytest.raises(SystemUnavailable):
        debts.pay(company.state, Server(FIRST, most=1))
    later = Server(FIRST)
    assert debts.pay(company.state, later) == 2
    assert later.erased == ["2", "3"]


def test_nothing_of_a_person_stays_after_that(company: Company) -> None:
    debts.note(company.state, Server(FIRST))
    erase(company.folder, {"3"})
    with closing(sqlite3.connect(company.state.path)) as db:
        rows = db.execute("select * from owed").fetchall()
    assert rows == [("3", FIRST)]
    debts.pay(company.state, Server(FIRST))
    with closing(sqlite3.connect(company.state.path)) as db:
        assert db.execute("select count(*) from owed").fetchone() == (0,)


def test_erasing_by_command_owes_it_too_and_names_the_servers(company: Company) -> None:
    debts.note(company.state, Server(FIRST))
    erase(company.folder, {"3"})
    made = eraser(company.folder.parent / "params.yaml")
    assert made is not None
    assert any(FIRST in one and "connect send kintone" in one for one in made.beyond)
    server = Server(FIRST)
    company.pull()
    assert debts.pay(company.state, server) == 1, "that the CRM still has it changes nothing"
    assert server.erased == ["3"]


def test_a_lead_that_is_back_is_owed_no_more(company: Company) -> None:
    debts.note(company.state, Server(FIRST))
    record = company.crm.tables["5"]["2"]
    company.delete("2")
    company.crm.tables["5"]["2"] = record
    company.pull()
    assert debts.servers(company.state) == {FIRST: 0}


def test_a_server_at_a_new_address_owes_what_the_old_did(company: Company) -> None:
    debts.note(company.state, Server(FIRST))
    company.delete("2")
    moved = Server(SECOND)
    assert debts.pay(company.state, moved) == 1
    assert debts.servers(company.state) == {FIRST: 1, SECOND: 0}
    assert debts.retire(company.state, FIRST)
    assert not debts.retire(company.state, FIRST)
    assert debts.servers(company.state) == {SECOND: 0}


def test_what_an_earlier_version_sent_is_owed_to_the_next_server(company: Company) -> None:
    with company.state.transaction() as db:
        db.execute("insert into delivered values ('leads', '2', 'x', '2')")
    company.delete("2")
    assert debts.servers(company.state) == {debts.UNKNOWN: 1}
    (line,) = debts.lines("kintone", debts.servers(company.state))
    assert "a server of before" in line
    assert debts.pay(company.state, Server(FIRST)) == 1
    assert debts.servers(company.state) == {FIRST: 0}


def test_nothing_is_owed_where_nothing_was_sent(company: Company) -> None:
    company.delete("2")
    assert debts.servers(company.state) == {}


def test_a_server_that_does_not_answer_is_not_remembered(company: Company) -> None:
    with pytest.raises(SystemUnavailable):
        debts.note(company.state, Server(FIRST, most=0))
    assert debts.servers(company.state) == {}
