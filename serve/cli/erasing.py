"""The database of a server, for `mikomi erase` and `mikomi retention`."""

import os
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Final

from features.erasers import PersonEraser, Removed

if TYPE_CHECKING:
    from serve.store.hook_hints import HookHints

BEYOND: Final = ("backups of the database, and the write-ahead logs that its server archives",)


def eraser(_params: Path) -> PersonEraser | None:
    """Return the eraser of the database that the environment names; none if there is none."""
    from serve.cli.opening import open_existing  # noqa: PLC0415
    from serve.settings import Settings  # noqa: PLC0415 - slow to import
    from serve.store.engine import sqlite_place  # noqa: PLC0415
    from serve.store.hook_hints import HookHints  # noqa: PLC0415
    from serve.store.leads import retention  # noqa: PLC0415

    settings = Settings.read(os.environ)
    url, hints = settings.database_url, HookHints(settings.models)
    place = sqlite_place(url)
    if place and not Path(place).is_file():
        return None
    engine = open_existing(url)
    return PersonEraser(
        lambda lead_ids, at: [*retention.erase(engine, lead_ids, at), *_hints(hints, lead_ids)],
        lambda now: retention.last_moments(engine, now),
        lambda _before, receipts, now: retention.empty_receipts(engine, receipts, now),
        BEYOND,
    )


def _hints(hints: "HookHints", lead_ids: Collection[str]) -> list[Removed]:
    count = sum(hints.forget(one) for one in lead_ids)
    return [Removed("hints of webhooks", "hints", count)] if count else []
