"""Many rows in one statement: PostgreSQL takes them as one JSON text.

Decided here: one statement a batch instead of one a row; a number is written with all its digits,
so it arrives to the bit.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import JSON, String, bindparam, cast, func


def recordset(*columns: Any) -> Any:
    """Return the bound rows as a table of a statement for PostgreSQL.

    Parameters
    ----------
    columns
        Their names and types; a row is an object with these names.
    """
    rows = func.json_to_recordset(cast(bindparam("rows", type_=String), JSON))
    return rows.table_valued(*columns).render_derived("fresh", with_types=True)


def bound_rows(rows: Sequence[Any]) -> dict[str, str]:
    """Return the parameters with which such a statement is executed.

    >>> bound_rows([{"lead_id": "a", "mark": 1}])
    {'rows': '[{"lead_id":"a","mark":1}]'}
    """
    return {"rows": msgspec.json.encode(rows).decode()}
