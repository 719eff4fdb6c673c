"""A note beside a SQLite file that keys were made: an empty file in its place opens nothing.

Decided here: who removes the database does not thereby let everyone in. The note is removed by
hand. With PostgreSQL, set `MIKOMI_REQUIRE_KEYS`.
"""

from pathlib import Path

from serve.store.engine import sqlite_place


def note_of(url: str) -> Path | None:
    """Return the path of the note; none for a database without a file."""
    place = sqlite_place(url)
    return Path(f"{place}.keys-required") if place else None


def write_note(url: str) -> None:
    """Write the note, unless it is there."""
    note = note_of(url)
    if note is not None and not note.exists():
        note.write_text("Keys were made. Remove this file to answer requests without one again.\n")


def has_note(url: str) -> bool:
    """Return whether keys were ever made for a database at this place."""
    note = note_of(url)
    return note is not None and note.exists()
