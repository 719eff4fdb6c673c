"""Settings come from the environment; secrets are not shown."""

import pytest

from features.errors import BadParams
from serve.settings import Settings


def test_every_fault_is_listed() -> None:
    with pytest.raises(BadParams) as raised:
        Settings.read({"MIKOMI_PORT": "x", "MIKOMI_BURST": "y"})
    assert [fault.found.split()[0] for fault in raised.value.faults] == [
        "MIKOMI_PORT",
        "MIKOMI_BURST",
    ]


def test_the_database_address_is_not_shown() -> None:
    settings = Settings.read({"MIKOMI_DATABASE_URL": "secret"})
    assert settings.database_url == "secret"
    assert "secret" not in repr(settings)


@pytest.mark.parametrize(("host", "said"), [("127.0.0.1", True), ("crm.example", False)])
def test_loopback(host: str, *, said: bool) -> None:
    assert Settings(host=host).loopback is said
