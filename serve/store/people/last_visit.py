"""When a user last said that they had seen a page."""

from datetime import datetime

from sqlalchemy import Engine, delete, insert, select

from serve.store.engine import moment, reading, time_of
from serve.store.people.tables_users import LOOKS


class Looks:
    """The looks in a database; "" stands for everyone on this machine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def last(self, user_id: str, page: str) -> datetime | None:
        """Tell until when a user has seen a page."""
        query = select(LOOKS.c.at).where(LOOKS.c.user_id == user_id, LOOKS.c.page == page)
        with reading(self._engine).connect() as connection:
            found = connection.execute(query).scalar_one_or_none()
        return None if found is None else time_of(found)

    def seen(self, user_id: str, page: str, at: datetime) -> None:
        """Keep that a user has seen a page until `at`."""
        row = {"user_id": user_id, "page": page, "at": moment(at)}
        with self._engine.begin() as connection:
            of_page = (LOOKS.c.user_id == user_id) & (LOOKS.c.page == page)
            connection.execute(delete(LOOKS).where(of_page))
            connection.execute(insert(LOOKS), [row])
