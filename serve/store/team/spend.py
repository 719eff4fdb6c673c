"""What channels cost: typed in, loaded from a file, or sent by a program, month by month.

Decided here: amounts of a source and month are replaced together, all campaigns of it, so that a
sum and its parts never count twice; what a person entered stays when a program sends other amounts.
Who did it is in the audit. A month is written as in ISO 8601, such as `2026-05`, in the zone of the
company.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Engine, bindparam, delete, func, insert, select

from serve.store.audit import AuditLine, add_line
from serve.store.engine import moment, reading
from serve.store.team_tables import SPEND


class SpendLine(NamedTuple):
    """What a source cost in a month; a source of "" stands for leads without one.

    A campaign of "" stands for all of the source, or for what belongs to none.
    """

    source: str
    month: str
    amount: float
    campaign: str = ""


class Spend:
    """The spend in a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def lines(self, since: str = "", until: str = "9999-12") -> list[SpendLine]:
        """Return the amounts of some months, both included; the newest month first, by source.

        Parameters
        ----------
        since, until
            The months.
        """
        total = func.sum(SPEND.c.amount)
        query = select(SPEND.c.source, SPEND.c.month, total)
        query = query.where(SPEND.c.month >= since, SPEND.c.month <= until)
        query = query.group_by(SPEND.c.source, SPEND.c.month)
        with reading(self._engine).connect() as connection:
            rows = connection.execute(query.order_by(SPEND.c.month.desc(), SPEND.c.source))
            return [SpendLine(*row) for row in rows]

    def campaigns(self, since: str = "", until: str = "9999-12") -> list[SpendLine]:
        """Return the same, each campaign of a source apart.

        Parameters
        ----------
        since, until
            The months.
        """
        columns = SPEND.c.source, SPEND.c.month, SPEND.c.amount, SPEND.c.campaign
        query = select(*columns).where(SPEND.c.month >= since, SPEND.c.month <= until)
        order = SPEND.c.month.desc(), SPEND.c.source, SPEND.c.campaign
        with reading(self._engine).connect() as connection:
            return [SpendLine(*row) for row in connection.execute(query.order_by(*order))]

    def put(self, lines: Iterable[SpendLine], who: str | None, at: datetime) -> int:
        """Store amounts that a person entered; those of 0 are removed.

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
        with self._engine.begin() as connection:
            _replace(connection, some, who, at, typed=True)
            add_line(connection, AuditLine(at, "entered spend", who, None, {"amounts": len(some)}))
        return len(some)

    def put_sent(self, lines: Iterable[SpendLine], who: str | None, at: datetime) -> int:
        """Store amounts that a program sent, unless a person entered those of a source and month.

        Parameters
        ----------
        lines
            The amounts.
        who
            The id of a key.
        at
            The moment.

        Returns
        -------
        How many amounts were stored.
        """
        query = select(SPEND.c.source, SPEND.c.month).where(SPEND.c.typed)
        with self._engine.begin() as connection:
            typed = {tuple(row) for row in connection.execute(query)}
            some = [one for one in lines if (one.source, one.month) not in typed]
            _replace(connection, some, who, at, typed=False)
            add_line(connection, AuditLine(at, "sent spend", who, None, {"amounts": len(some)}))
        return len(some)


def _replace(
    connection: Connection,
    lines: Sequence[SpendLine],
    who: str | None,
    at: datetime,
    *,
    typed: bool,
) -> None:
    """Put amounts in the place of all of their sources and months; equal ones are added up."""
    if not lines:
        return
    own = SPEND.c.source == bindparam("its_source"), SPEND.c.month == bindparam("its_month")
    pairs = sorted({(one.source, one.month) for one in lines})
    connection.execute(
        delete(SPEND).where(*own), [{"its_source": one, "its_month": month} for one, month in pairs]
    )
    sums: dict[tuple[str, str, str], float] = defaultdict(float)
    for one in lines:
        sums[one.source, one.month, one.campaign] += one.amount
    signed = {"at": moment(at), "who": who, "typed": typed}
    rows = [
        {"source": source, "month": month, "campaign": campaign, "amount": amount} | signed
        for (source, month, campaign), amount in sums.items()
        if amount > 0.0
    ]
    if rows:
        connection.execute(insert(SPEND), rows)


def spend_of(lines: Iterable[SpendLine]) -> dict[str, float]:
    """Add up the amounts of each source."""
    total: dict[str, float] = defaultdict(float)
    for one in lines:
        total[one.source] += one.amount
    return dict(total)
