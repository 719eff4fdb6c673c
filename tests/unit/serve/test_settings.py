"""Settings come from the environment; secrets are not shown."""

import pytest

from features.errors import BadParams
from serve.settings import Settings


def test_every_fault_is_listed() -> None:
    with pytest.raises(BadParams) as raised:
        Settings.read({"MIKOMI_PORT": "x", "MIKOMI_BURST": "y"})
    assert [fault.observed.split()[0] for fault in raised.value.faults] == [
        "MIKOMI_PORT",
        "MIKOMI_BURST",
    ]


def test_a_value_out_of_range_is_listed_beside_one_that_cannot_be_read() -> None:
    environment = {
        "MIKOMI_PORT": "x",
        "MIKOMI_BODY_BYTES": "3",
        "MIKOMI_LANGUAGE": "fr",
        "MIKOMI_TIME_ZONE": "Moon",
        "MIKOMI_EXPLORE_SHARE": "0.6",
        "MIKOMI_POLL_SECONDS": "nan",
    }
    with pytest.raises(BadParams) as raised:
        Settings.read(environment)
    listed = {(fault.observed, fault.expected) for fault in raised.value.faults}
    assert listed == {
        ("MIKOMI_PORT unreadable", "a whole number"),
        ("MIKOMI_BODY_BYTES=3", "at least 1000"),
        ("MIKOMI_LANGUAGE=fr", "en or ja"),
        ("MIKOMI_TIME_ZONE=Moon", "a name such as Asia/Tokyo"),
        ("MIKOMI_EXPLORE_SHARE=0.6", "a share, at most 0.5"),
        ("MIKOMI_POLL_SECONDS=nan", "at least 0.05"),
    }


def test_only_read_reads_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIKOMI_PORT", "9000")
    assert Settings().port == 8_000
    assert Settings.read({}).port == 8_000


def test_variables_of_other_commands_are_ignored() -> None:
    assert Settings.read({"MIKOMI_KEY": "secret", "PORT": "1"}) == Settings()


def test_the_database_address_is_not_shown() -> None:
    address = "postgresql://mikomi:secret@localhost/mikomi"
    settings = Settings.read({"MIKOMI_DATABASE_URL": address})
    assert settings.database_url == address
    assert "secret" not in repr(settings)
    assert "secret" not in str(settings.shown())
    assert settings.shown()["MIKOMI_PORT"] == "8000"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "secret",
        "mysql://h/secret",
        "postgresql+psycopg2://h/secret",
        "postgresql://h:secret/n",
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "file:///tmp/secret.db",
    ],
)
def test_a_database_that_no_server_can_use_is_refused_and_not_shown(address: str) -> None:
    with pytest.raises(BadParams) as raised:
        Settings.read({"MIKOMI_DATABASE_URL": address})
    [fault] = raised.value.faults
    assert fault.observed == "MIKOMI_DATABASE_URL (not shown)"
    assert fault.expected == "sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME"


@pytest.mark.parametrize(("host", "loopback"), [("127.0.0.1", True), ("crm.example", False)])
def test_loopback(host: str, *, loopback: bool) -> None:
    assert Settings(host=host).loopback is loopback
