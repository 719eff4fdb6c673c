"""Which leads of the rankings another model scored, and how far they are read.

Decided here: the hottest come first; the others follow in the order of their ids, because records
of neighbours are read and written together, and so are the pages that a database writes. Numbers
are written for all leads of an account at once, since each is computed from the others' records.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Engine, and_, not_, or_, select, tuple_

from serve.store.engine import reading
from serve.store.id_list import bound, fetch, in_ids
from serve.store.tables import RANKING, RANKING_MARKS

_ORDER: Final = (RANKING.c.rank_key, RANKING.c.lead_id)
HOTTEST: Final = 20_000
"""So many leads of another model are read in the order of the ranking."""
AHEAD: Final = 50_000
"""So many ids are read at once: a database without statistics may read all leads for them."""


class Sweep(NamedTuple):
    """How far the leads of another model were read; they are read twice.

    The first time their numbers are written anew, the second time they are refreshed as a whole;
    each time the hottest first, in the order of the ranking, then all others in the order of ids.
    """

    rescored: bool = False
    hottest: int = 0
    place: tuple[float, str] | None = None
    ahead: Sequence[str] = ()
    lead_id: str = ""
    done: bool = False

    def again(self, lead_ids: Sequence[str]) -> "Sweep":
        """Return the same with leads that are to come again."""
        return self._replace(ahead=[*lead_ids, *self.ahead]) if lead_ids else self


class Outdated:
    """Reads which leads of a database another model scored.

    Parameters
    ----------
    engine
        The database.
    batch
        The most leads at a time.
    """

    def __init__(self, engine: Engine, batch: int) -> None:
        self._engine = engine
        self._batch = batch

    def to_rescore(
        self, fingerprints: Mapping[str, str], sweep: Sweep, most: int
    ) -> tuple[list[str], Sweep]:
        """Return the next leads whose rows are of another model, the `HOTTEST` first.

        Parameters
        ----------
        fingerprints
            Of the model in use, by target.
        sweep
            How far the leads were read.
        most
            The most leads.

        Returns
        -------
        Their ids, and how far the leads are read now.
        """
        outdated = (
            and_(RANKING.c.target == target, RANKING.c.model_fingerprint != fingerprint)
            for target, fingerprint in fingerprints.items()
        )
        ranked = select(*_ORDER).where(or_(*outdated))
        in_use = RANKING.c.target.in_(fingerprints)
        by_id = select(RANKING.c.lead_id).where(in_use, _of_others(fingerprints))
        while True:
            ids, sweep = self._next((ranked, by_id), sweep, most)
            if not ids:
                return [], Sweep(rescored=True)
            if whole := self._with_accounts(ids, fingerprints):
                return whole, sweep

    def _with_accounts(self, lead_ids: Sequence[str], current: Mapping[str, str]) -> list[str]:
        """Return those of some leads that are still outdated, and those of their accounts."""
        other, row = _of_others(current), RANKING.c
        with reading(self._engine).begin() as connection:
            own = in_ids(connection.dialect.name, row.lead_id)
            query = select(row.lead_id, row.account_id).where(own, other)
            rows = fetch(connection, query, bound(connection, lead_ids))
            names = sorted({account for _, account in rows if account})
            if not names:
                return list(dict.fromkeys(lead_id for lead_id, _ in rows))
            own = in_ids(connection.dialect.name, row.account_id)
            query = select(row.lead_id).where(own, row.target.in_(current), other)
            mates = fetch(connection, query, bound(connection, names))
        return list(dict.fromkeys(one[0] for one in [*rows, *mates]))

    def of_another_model(self, ranked_by: str, sweep: Sweep) -> tuple[list[str], Sweep]:
        """Return the next leads that were not refreshed by these models.

        The hottest come first, then all others, ranked or not.

        Parameters
        ----------
        ranked_by
            What rows are ranked by: the models and limits of all targets.
        sweep
            How far the leads were read.

        Returns
        -------
        Their ids, and how far the leads are read now.
        """
        marks = RANKING_MARKS.c
        other = or_(marks.model_fingerprint.is_(None), marks.model_fingerprint != ranked_by)
        both = RANKING.join(RANKING_MARKS, marks.lead_id == RANKING.c.lead_id)
        ranked = select(*_ORDER).select_from(both).where(other)
        by_id = select(marks.lead_id).where(other)
        ids, sweep = self._next((ranked, by_id), sweep, self._batch)
        return ids, sweep._replace(done=not ids)

    def _next(self, queries: tuple[Any, Any], sweep: Sweep, most: int) -> tuple[list[str], Sweep]:
        """Return the next leads of a query of the ranking, later those of a query by id."""
        ranked, by_id = queries
        if sweep.hottest < HOTTEST:
            ids, place = self._in_order(ranked, sweep.place, min(most, HOTTEST - sweep.hottest))
            if ids:
                return ids, sweep._replace(place=place, hottest=sweep.hottest + len(ids))
            sweep = sweep._replace(hottest=HOTTEST)
        if not sweep.ahead:
            column = by_id.selected_columns.lead_id
            query = by_id.where(column > sweep.lead_id).order_by(column).limit(AHEAD)
            with reading(self._engine).begin() as connection:
                ahead = list(dict.fromkeys(connection.execute(query).scalars()))
            sweep = sweep._replace(ahead=ahead, lead_id=ahead[-1] if ahead else sweep.lead_id)
        return list(sweep.ahead[:most]), sweep._replace(ahead=sweep.ahead[most:])

    def _in_order(
        self, query: Any, place: tuple[float, str] | None, most: int
    ) -> tuple[list[str], tuple[float, str] | None]:
        """Return the leads of a query that come after a place, and the place of the last."""
        if place is not None:
            query = query.where(tuple_(*_ORDER) > tuple_(*place))
        with reading(self._engine).begin() as connection:
            rows = connection.execute(query.order_by(*_ORDER).limit(most)).all()
        ids = list(dict.fromkeys(row.lead_id for row in rows))
        return ids, (rows[-1].rank_key, rows[-1].lead_id) if rows else None


def _of_others(fingerprints: Mapping[str, str]) -> Any:
    """Return the condition that a row is of another model.

    It names no target, by which a database without statistics would read them all.
    """
    row = RANKING.c
    return not_(tuple_(row.target, row.model_fingerprint).in_(fingerprints.items()))
