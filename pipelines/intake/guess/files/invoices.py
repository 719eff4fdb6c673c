"""Invoice lines in an export: grouped to purchases and returns before roles are looked for.

Decided here: a file is one of lines if it has a customer, one time, a quantity and a price, and
several rows share customer and time. Lines of one customer at one time are one purchase, those with
a negative quantity one return; the amount is quantity times price. What is the same in all lines of
a purchase is taken along.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import pandas as pd

from features.reading.numbers import read_numbers
from pipelines.intake.guess.cells.columns import ID_NAME, ExportColumn, look_at
from pipelines.intake.guess.cells.links import ExportFile
from pipelines.intake.guess.cells.vocabulary import LEAD
from pipelines.intake.guess.wording import say

PURCHASES: Final = "purchases"
RETURNS: Final = "returns"
_QUANTITY: Final = re.compile(
    r"quantit|qty|units?$|数量|個数|menge|cantidad|количество", re.IGNORECASE
)
_PRICE: Final = re.compile(r"price|単価|preis|prix|precio|цена", re.IGNORECASE)
_LINES_A_PURCHASE: Final = 1.5
_ALWAYS: Final = 0.98


def with_invoices(files: Sequence[ExportFile]) -> list[ExportFile]:
    """Return files, and what the lines of invoices among them are grouped to."""
    result, lined = list(files), [(file, _line_parts(file)) for file in files]
    several = sum(parts is not None for _, parts in lined) > 1
    for file, parts in lined:
        made = _grouped(file, *parts) if parts is not None else []
        result += [_renamed(m, f"{file.name}_{m.name}") if several else m for m in made]
    return result


def _renamed(made: ExportFile, name: str) -> ExportFile:
    """Return purchases under another name, where several files have some."""
    return replace(
        made,
        name=name,
        steps=(made.steps[0].replace(say(made.name), say(name), 1), *made.steps[1:]),
    )


def _line_parts(file: ExportFile) -> tuple[ExportColumn, ...] | None:
    """Return customer, time, quantity and price of a file of lines; None of any other."""
    times = file.of_look("time")
    ids = [c for c in file.of_look("id", "number", "category") if ID_NAME.search(c.name)]
    customer = next((c for c in ids if LEAD.search(c.name) and not c.unique), None)
    numbers = [c for c in file.of_look("number") if c is not customer]
    quantity = next((c for c in numbers if _QUANTITY.search(c.name)), None)
    price = next((c for c in numbers if _PRICE.search(c.name)), None)
    if customer is None or len(times) != 1 or quantity is None or price is None:
        return None
    keys = file.frame[[customer.name, times[0].name]]
    keys = keys[file.text(customer).notna()]
    if len(keys) < _LINES_A_PURCHASE * len(keys.drop_duplicates()):
        return None
    return customer, times[0], quantity, price


def _grouped(
    file: ExportFile,
    customer: ExportColumn,
    time: ExportColumn,
    quantity: ExportColumn,
    price: ExportColumn,
) -> list[ExportFile]:
    frame = file.frame[file.text(customer).notna()]
    number = pd.Series(read_numbers(frame[quantity.name], ".")[0], frame.index)
    worth = number * pd.Series(read_numbers(frame[price.name], ".")[0], frame.index)
    frame = frame.assign(**{AMOUNT: worth})
    result = []
    for name, rows in ((PURCHASES, number >= 0), (RETURNS, number < 0)):
        if rows.any():
            limit = "at_least: 0" if name == PURCHASES else "below: 0"
            others = [c for c in file.columns if c not in (customer, time, quantity, price)]
            made, constant = _groups(frame[rows], customer, time, others)
            steps = _steps(file, name, limit, (customer, time, quantity, price), constant)
            columns = tuple(look_at(str(c), made[c]) for c in made)
            columns = tuple(time if c.name == time.name else c for c in columns)
            result.append(
                ExportFile(
                    name,
                    file.path,
                    columns,
                    len(made),
                    frame=made.astype("str"),
                    steps=tuple(steps),
                    part=name,
                )
            )
    return result


AMOUNT: Final = "amount"
LINES: Final = "line_count"


def _groups(
    frame: pd.DataFrame, customer: ExportColumn, time: ExportColumn, others: list[ExportColumn]
) -> tuple[pd.DataFrame, list[str]]:
    """Return one row a group, and the columns that are the same in all lines of a group."""
    groups = frame.groupby([customer.name, time.name], sort=False)
    values = {c.name: groups[c.name].nunique() for c in others}
    constant = [name for name, counts in values.items() if counts.le(1).mean() >= _ALWAYS]
    made = groups.agg({AMOUNT: "sum", **dict.fromkeys(constant, "first")})
    return made.assign(**{LINES: groups.size()}).reset_index(), constant


def _steps(
    file: ExportFile, name: str, limit: str, parts: tuple[ExportColumn, ...], constant: list[str]
) -> list[str]:
    customer, time, quantity, price = parts
    inner = [f"{AMOUNT}: {{sum: line_amount}}", f"{LINES}: count"]
    inner += [f"{say(column)}: {{first: {say(column)}}}" for column in constant]
    product = f"{{multiply: [{say(quantity.name)}, {say(price.name)}]}}"
    return [
        f"{name}: # ? lines of one customer at one time are one of the {name}",
        f"  from: {say(file.name)}",
        f"  derived: {{line_amount: {product}}}",
        f"  where: {{{say(quantity.name)}: {{{limit}}}}}",
        f"  group: {{by: [{say(customer.name)}, {say(time.name)}], "
        f"columns: {{{', '.join(inner)}}}}}",
    ]
