"""The database of a server, for `mikomi erase` and `mikomi retention`."""

import os
from pathlib import Path
from typing import Final

from features.erasers import PersonEraser

BEYOND: Final = ("backups of the database, and the write-ahead logs that its server archives",)


def eraser(_params: Path) -> PersonEraser | None:
    """Return the eraser of the database that the environment names; none if there is none."""
    from serve.settings import Settings  # noqa: PLC0415 - slow to import
    from serve.store.engine import sqlite_place  # noqa: PLC0415
    from serve.store.existing import open_existing  # noqa: PLC0415
    from serve.store.leads import retention  # noqa: PLC0415

    url = Settings.read(os.environ).database_url
    place = sqlite_place(url)
    if place and not Path(place).is_file():
        return None
    engine = open_existing(url)
    return PersonEraser(
        lambda lead_ids, at: retention.erase(engine, lead_ids, at),
        lambda: retention.last_moments(engine),
        lambda _before, receipts, now: retention.empty_receipts(engine, receipts, now),
        BEYOND,
    )
