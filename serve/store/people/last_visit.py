"""When a user last confirmed that they had read a page."""

from datetime import datetime

from sqlalchemy import Engine, delete, insert, select

from serve.store.engine import moment, reading, time_of
from serve.store.people.tables_users import LAST_VISITS


class LastVisits:
    """The last visits in a database; user "" stands for everyone on this machine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def last(self, user_id: str, page: str) -> datetime | None:
        """Return the last visit of a page by a user; none if there was none.

        Parameters
        ----------
        user_id
            The id of the user.
        page
            The name of the page.
        """
        query = select(LAST_VISITS.c.at).where(
            LAST_VISITS.c.user_id == user_id, LAST_VISITS.c.page == page
        )
        with reading(self._engine).connect() as connection:
            visited_at = connection.execute(query).scalar_one_or_none()
        return None if visited_at is None else time_of(visited_at)

    def record(self, user_id: str, page: str, at: datetime) -> None:
        """Store the last visit of a page by a user.

        Parameters
        ----------
        user_id
            The id of the user.
        page
            The name of the page.
        at
            The moment up to which the user has read it.
        """
        row = {"user_id": user_id, "page": page, "at": moment(at)}
        with self._engine.begin() as connection:
            of_page = (LAST_VISITS.c.user_id == user_id) & (LAST_VISITS.c.page == page)
            connection.execute(delete(LAST_VISITS).where(of_page))
            connection.execute(insert(LAST_VISITS), [row])
