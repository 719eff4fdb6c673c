"""What channels cost: typed in or imported, month by month.

Decided here: an amount that is typed in again replaces the former; who did it is in the audit. A
month is written as in ISO 8601, such as `2026-05`, in the zone of the company.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Engine, delete, insert, select

from serve.store.audit import AuditLine, add_line
from serve.store.engine import moment, reading
from serve.store.team_tables import SPEND


class SpendLine(NamedTuple):
    """What a source cost in a month; a source of "" stands for leads without one."""

    source: str
    month: str
    amount: float


class Spend:
    """The spend in a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def lines(self, since: str = "", until: str = "9999-12") -> list[SpendLine]:
        """Return the amounts of some months, both included, by source and month.

        Parameters
        ----------
        since, until
            The months.
        """
        query = select(SPEND.c.source, SPEND.c.month, SPEND.c.amount)
        query = query.where(SPEND.c.month >= since, SPEND.c.month <= until)
        with reading(self._engine).connect() as connection:
            rows = connection.execute(query.order_by(SPEND.c.month.desc(), SPEND.c.source))
            return [SpendLine(*row) for row in rows]

    def put(self, lines: Iterable[SpendLine], who: str | None, at: datetime) -> int:
        """Store amounts; those of 0 are removed.

        Parameters
        ----------
        lines
            The amounts.
        who
            `user:` and the id of a user, or the id of a key.
        at
            The moment.

        Returns
        -------
        How many amounts were stored or removed.
        """
        some = list(lines)
        signed: dict[str, Any] = {"at": moment(at), "who": who}
        with self._engine.begin() as connection:
            for one in some:
                own = (SPEND.c.source == one.source) & (SPEND.c.month == one.month)
                connection.execute(delete(SPEND).where(own))
                if one.amount > 0.0:
                    connection.execute(insert(SPEND).values(one._asdict() | signed))
            add_line(connection, AuditLine(at, "entered spend", who, None, {"amounts": len(some)}))
        return len(some)


def spend_of(lines: Iterable[SpendLine]) -> dict[str, float]:
    """Add up the amounts of each source."""
    total: dict[str, float] = defaultdict(float)
    for one in lines:
        total[one.source] += one.amount
    return dict(total)
