"""The versions of the tables of a server's database: which one is there, and going back.

Decided here: the older version must be one of the migrations; going back is refused without the
word that what only newer tables hold is lost, and on tables of unknown versions.
"""

from typing import NamedTuple

from sqlalchemy import Engine

from features.errors import BadRequest
from serve.errors import SchemaMismatch
from serve.store.engine import REVISIONS, migrate, version_of


class SchemaState(NamedTuple):
    """Which tables a database has.

    Attributes
    ----------
    version
        The migration that made them; None: there are none.
    """

    version: str | None

    @property
    def current(self) -> bool:
        """Whether they are those that this code needs."""
        return self.version == REVISIONS[-1]

    @property
    def sentence(self) -> str:
        """What is there, and what the code needs."""
        needs = f"this version of mikomi needs {REVISIONS[-1]} of {', '.join(REVISIONS)}"
        if self.version is None:
            return f"no tables; {needs}: `mikomi database upgrade` creates them"
        if self.current:
            return f"tables of version {self.version}; {needs}: nothing to do"
        if self.version in REVISIONS:
            return f"tables of version {self.version}; {needs}: `mikomi database upgrade` migrates"
        return f"tables of version {self.version}, which is unknown; {needs}"


def state(engine: Engine) -> SchemaState:
    """Return which tables a database has; nothing is changed."""
    return SchemaState(version_of(engine))


def downgrade(engine: Engine, version: str, *, lose: bool) -> None:
    """Take the tables back to an older version.

    Parameters
    ----------
    engine
        Of the database; no server may use it meanwhile.
    version
        The older version.
    lose
        Whether what only newer tables hold may be removed.

    Raises
    ------
    BadRequest
        If the version is none of the older ones, or nothing may be lost.
    SchemaMismatch
        If the tables were made by a version with other migrations.
    """
    now = state(engine).version
    if now not in REVISIONS:
        raise SchemaMismatch.of(
            f"tables of version {now or '(none)'}", f"one of {', '.join(REVISIONS)}", "nothing"
        )
    older = REVISIONS[: REVISIONS.index(now)]
    if version not in older:
        raise BadRequest.of(
            f"downgrade of {now} to {version}",
            f"an older version: {', '.join(older) or 'there is none'}",
            "see `mikomi database check`",
        )
    if not lose:
        raise BadRequest.of(
            f"downgrade of {now} to {version} without --lose",
            "consent to losing what only the newer tables hold",
            "make a backup (`mikomi backup FOLDER`), then add --lose",
        )
    migrate(engine, version, back=True)
