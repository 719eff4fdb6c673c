"""What a password costs: as much for a user that does not exist as for one that does."""

import argon2
import pytest

from serve.store.people import passwords
from tests.quick_servers import HASHER


def cost(hasher: argon2.PasswordHasher) -> tuple[int, int, int]:
    return hasher.memory_cost, hasher.time_cost, hasher.parallelism


def test_an_unknown_user_costs_as_much_as_a_known_one() -> None:
    stated = argon2.extract_parameters(passwords._NOBODY)
    assert cost(HASHER) == (stated.memory_cost, stated.time_cost, stated.parallelism)
    cheap = passwords._HASHER
    assert cost(cheap) != cost(HASHER), "the planted fault: the hasher of tests is a cheap one"


def test_the_hasher_of_the_server_hashes_and_verifies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_HASHER", HASHER)
    stored = passwords.password_hash("several plain words", "sato")
    assert "m=65536,t=3,p=4" in stored
    assert passwords.is_right("several plain words", stored)
    assert not passwords.is_right("several other words", stored)
