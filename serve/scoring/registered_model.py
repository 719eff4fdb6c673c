"""The model as MLflow serves it: leads with their records in, scored and explained leads out.

Decided here: a row is decoded, checked and scored by the code that answers score requests, so the
registered model and the server give the same bits for the same record. What the server would count
as unknown stands in the answer; a name that is wrong is refused: a field of a record that does not
exist, and an attribute of the model that no row has, since both would be read as missing values.
No clock is read: every row states the moment for which it is scored.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
import pandas as pd

from features.errors import BadInput, Fault, MikomiError
from models.artifact import artifact
from models.registry.model_columns import (
    ANSWER_COLUMNS,
    INPUT_COLUMNS,
    RECORD_FIELDS,
    example_rows,
    known_account_attributes,
    known_attributes,
)
from serve.scoring.inputs.raw_rows import TABLES, plain_row, rows_of_tables
from serve.scoring.loaded_model import LoadedModel
from serve.wire.records import DecodedRequest

_LATEST: Final = datetime(9998, 12, 31, tzinfo=UTC)
"""Later than any moment of a row; what a row may not lie after is its own `as_of`."""
_MOST_FAULTS: Final = 20
_NULL: Final = "give the column, with null where there is nothing"
_Row = dict[str, Any]


class RegisteredModel:
    """An artifact that scores leads with their records; it must be loaded first."""

    def __init__(self) -> None:
        self._model: LoadedModel | None = None

    def load(self, directory: Path) -> None:
        """Read the artifact and make the model ready: what is compiled is compiled here."""
        self._model = LoadedModel(artifact.load(directory))
        rows = example_rows(self._model.artifact.catalog.vocabulary)
        self.predict(pd.DataFrame(rows, columns=list(INPUT_COLUMNS), dtype="object"))

    def predict(self, leads: pd.DataFrame) -> pd.DataFrame:
        """Score and explain leads with their records.

        Parameters
        ----------
        leads
            The columns of `INPUT_COLUMNS`, a row a lead.

        Returns
        -------
        The columns of `ANSWER_COLUMNS`, on the index of `leads`.

        Raises
        ------
        BadInput
            With every fault: columns that are absent, fields that do not exist, values that cannot
            be read, each with its row.
        RuntimeError
            If no artifact is loaded.
        """
        if self._model is None:
            raise RuntimeError("load the artifact first")
        _refuse(absent_columns(leads.columns))
        rows = [plain_row(row) for row in leads[list(INPUT_COLUMNS)].to_dict("records")]
        vocabulary = self._model.artifact.catalog.vocabulary
        own, of_account = known_attributes(vocabulary), known_account_attributes(vocabulary)
        _refuse(
            [
                *absent_names(own, [row.get("attributes") or {} for row in rows], "attributes"),
                *absent_names(of_account, _accounts(rows), "account.attributes"),
                *(fault for n, row in enumerate(rows) for fault in strange_fields(n, row)),
            ]
        )
        return self._scored(self._requests(rows)).set_axis(leads.index)

    def rows(
        self,
        leads: pd.DataFrame,
        *,
        as_of: datetime | str,
        accounts: pd.DataFrame | None = None,
        **records: pd.DataFrame,
    ) -> pd.DataFrame:
        """Make the frame that `predict` takes from tables; see `rows_of_tables`.

        Parameters
        ----------
        leads, accounts, as_of
            As in `rows_of_tables`.
        **records
            `activities`, `outcomes`, `changes`.

        Raises
        ------
        BadInput
            As `rows_of_tables`; or for a table that does not exist.
        """
        _refuse(
            [
                Fault(f"a table {name!r}", ", ".join(TABLES), "correct its name")
                for name in records
                if name not in TABLES
            ]
        )
        return rows_of_tables(leads, records, as_of, accounts)

    def _requests(self, rows: list[_Row]) -> list[DecodedRequest]:
        """Decode the rows as score requests; refuse all that have faults at once."""
        assert self._model is not None  # noqa: S101 - for the type checker
        requests: list[DecodedRequest] = []
        faults: list[Fault] = []
        for n, row in enumerate(rows):
            sent = {name: value for name, value in row.items() if value is not None}
            if "as_of" not in sent:
                do = "state the moment for which the lead is scored"
                faults.append(Fault(f"row {n}: no as_of", "a time with its zone", do))
                continue
            try:
                body = msgspec.json.encode(sent)
                requests.append(self._model.request_from_bytes(body, _LATEST))
            except MikomiError as error:
                faults += [_in_row(n, one) for one in error.faults]
        _refuse(faults)
        return requests

    def _scored(self, requests: list[DecodedRequest]) -> pd.DataFrame:
        model = self._model
        assert model is not None  # noqa: S101 - for the type checker
        values = [model.values(one) for one in requests]
        width = len(model.artifact.catalog.names)
        matrix = np.concatenate(values) if values else np.empty((0, width), np.float32)
        unknown = [model.unknown_names(one) for one in requests]
        scored = model.scorer.score_values(matrix, pd.DataFrame(index=range(len(requests))))
        return scored.to_frame().assign(
            lead_id=pd.Series([one for one, _ in unknown], dtype="object"),
            unknown=pd.Series([_json(names) for _, names in unknown], dtype="object"),
            model=pd.Series([model.fingerprint] * len(requests), dtype="object"),
        )[list(ANSWER_COLUMNS)]


def absent_columns(columns: Iterable[Hashable]) -> list[Fault]:
    """List the columns of the input that a frame does not have.

    >>> names = [name for name in INPUT_COLUMNS if name != "activities"]
    >>> [fault.observed for fault in absent_columns([*names, "activites"])]
    ["columns: no 'activities' (unknown: 'activites')"]
    """
    present = [str(name) for name in columns]
    return _absent([*INPUT_COLUMNS], present, "columns: no")


def absent_names(
    known: Iterable[str], records: list[Mapping[str, Any]], column: str
) -> list[Fault]:
    """List the attributes of the model that no record has, not even with null.

    Parameters
    ----------
    known
        The attributes that the model learned.
    records
        The attributes of every row; an empty list has no fault.
    column
        Where they stand.

    >>> [fault.observed for fault in absent_names(["industry"], [{"industri": "it"}], "attributes")]
    ["attributes: no row has 'industry' (unknown: 'industri')"]
    """
    if not records:
        return []
    present = sorted({name.strip() for one in records for name in one})
    return _absent([*known], present, f"{column}: no row has")


def strange_fields(number: int, row: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield the fields of a row's records that no record has.

    Parameters
    ----------
    number
        Of the row, from 0.
    row
        A lead with its records.

    >>> [fault.observed for fault in strange_fields(4, {"activities": [{"topik": "pricing"}]})]
    ["row 4: $.activities[0]: the field 'topik'"]
    """
    for column, fields in RECORD_FIELDS.items():
        held = row.get(column)
        listed = held if isinstance(held, list) else [held]
        for n, one in enumerate(listed):
            place = f"$.{column}[{n}]" if isinstance(held, list) else f"$.{column}"
            for name in one if isinstance(one, dict) else ():
                if name not in fields:
                    observed = f"row {number}: {place}: the field {name!r}"
                    yield Fault(observed, ", ".join(fields), "correct its name, or leave it out")


def _absent(wanted: list[str], present: list[str], lead_in: str) -> list[Fault]:
    absent = ", ".join(repr(name) for name in wanted if name not in present)
    if not absent:
        return []
    strange = ", ".join(repr(name) for name in present if name not in wanted)
    beside = f" (unknown: {strange})" if strange else ""
    return [Fault(f"{lead_in} {absent}{beside}", ", ".join(wanted), _NULL)]


def _accounts(rows: list[_Row]) -> list[Mapping[str, Any]]:
    held = (row.get("account") for row in rows)
    return [one.get("attributes") or {} for one in held if isinstance(one, dict) and one]


def _in_row(number: int, fault: Fault) -> Fault:
    return Fault(f"row {number}: {fault.observed}", fault.expected, fault.do)


def _refuse(faults: list[Fault]) -> None:
    if not faults:
        return
    more = len(faults) - _MOST_FAULTS
    last = [Fault(f"{more} more faults", "none", "correct the first ones")] if more > 0 else []
    raise BadInput([*faults[:_MOST_FAULTS], *last])


def _json(names: Any) -> str:
    return msgspec.json.encode(names).decode()
