"""The indexes of the ranking, as the migrations make them; a test compares the two.

Decided here: on PostgreSQL the place of a lead stands in `ix_ranking_rank_key` alone: each further
index that holds it is entered at another place for each lead whenever a model ranks anew. SQLite,
which finds rows more slowly, has the place in others too, and every column by which the ranking is
filtered in `ix_ranking_narrowing`, so that it does not read the reasons, most of a row. Leads are
selected by `crossed_at`, `woke_up_at` and `week_change` where they have one.
"""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import Index

from serve.store.tables import RANKING

_PLACE: Final = "rank_key lead_id"
_OF_BOTH: Final = {"rank_key": f"target {_PLACE} standing band"}
OF_POSTGRESQL: Final = {
    "owners": "target owner_id",
    "sources": "target source",
    "interests": "target band standing interest topic",
}
OF_SQLITE: Final = {
    "band": f"target band {_PLACE} standing",
    "owner_id": f"target owner_id {_PLACE} standing band",
    "source": f"target source {_PLACE} band standing",
    "interest": f"target band standing interest topic {_PLACE} score probability",
    "narrowing": f"target {_PLACE} band owner_id source created_at crossed_at woke_up_at searched"
    " attributes standing",
}
_PARTIAL: Final = ("crossed_at", "woke_up_at", "week_change lead_id")


def _index(columns: Mapping[str, str], dialect: str | None = None) -> None:
    for name, names in columns.items():
        index = Index(f"ix_ranking_{name}", *(RANKING.c[one] for one in names.split()))
        if dialect is not None:
            index.ddl_if(dialect=dialect)


_index(_OF_BOTH)
_index(OF_POSTGRESQL, "postgresql")
_index(OF_SQLITE, "sqlite")
for _names in map(str.split, _PARTIAL):
    _known = RANKING.c[_names[0]].is_not(None)
    Index(
        f"ix_ranking_{_names[0]}",
        *(RANKING.c[_name] for _name in ("target", *_names)),
        postgresql_where=_known,
        sqlite_where=_known,
    )
