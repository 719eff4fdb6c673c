"""The store as routes see it: what is kept, what is read, what is erased."""

from datetime import datetime

from sqlalchemy import Engine

from serve.store.erasure import erase
from serve.store.history import Histories
from serve.store.ingest import Ingest
from serve.store.ranking import Ranking


class Store:
    """Leads, accounts, activities and outcomes in a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.ingest = Ingest(engine)
        self.histories = Histories(engine)
        self.ranking = Ranking(engine)

    def erase(self, lead_id: str, at: datetime) -> dict[str, int]:
        """Erase a person; see `serve.store.erasure.erase`."""
        return erase(self._engine, lead_id, at)
