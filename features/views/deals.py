"""Deals: what became of the lead's earlier deals, as far as it was known before the cutoff."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.catalog.catalog import CatalogSettings, Vocabulary
from features.catalog.reserved import OUTCOME
from features.feature import Feature, Sentence, Text, Unit
from features.kernel import deals as kernel
from features.kernel.inputs import Matrix, Rows
from features.kernel.sweep.sweep_plan import PlannedColumn
from features.records.histories import Histories
from features.tables import Tables
from features.timeline import DAY
from features.view import STILL, Motion, no_rows

VIEW: Final = "deals"
TITLE: Final = Text("deals: stages so far", "商談：これまでの段階")
BY_GROUP: Final = False

_Row = tuple[str, int, Unit, str, Text, Text, Text]
"""measure, kernel measure, unit, concept, concept label, sentence for a value, for none"""

_OPENED: Final = Text("Deals opened", "商談の開始")
_WON: Final = Text("Deals won", "受注")
_LOST: Final = Text("Deals lost", "失注")
_STAGE: Final = Text("Stage of the deal", "商談の段階")
_AMOUNT: Final = Text("Deal amount", "商談金額")
_NO_DEAL: Final = Text("No deal so far", "商談はまだなし")

_TABLE: Final[tuple[_Row, ...]] = (
    (
        "opened_count",
        kernel.OPENED_COUNT,
        "count",
        "opened",
        _OPENED,
        Text("{value} [deal|deals] opened so far", "これまでに商談{value}件を開始"),
        _NO_DEAL,
    ),
    (
        "won_count",
        kernel.WON_COUNT,
        "count",
        "won",
        _WON,
        Text("{value} [deal|deals] won so far", "これまでに{value}件受注"),
        Text("No deal won so far", "受注はまだなし"),
    ),
    (
        "lost_count",
        kernel.LOST_COUNT,
        "count",
        "lost",
        _LOST,
        Text("{value} [deal|deals] lost so far", "これまでに{value}件失注"),
        Text("No deal lost so far", "失注なし"),
    ),
    (
        "open_count",
        kernel.OPEN_COUNT,
        "count",
        "opened",
        _OPENED,
        Text("{value} open [deal|deals]", "進行中の商談が{value}件"),
        Text("No open deal", "進行中の商談なし"),
    ),
    (
        "event_count",
        kernel.EVENT_COUNT,
        "count",
        "stage",
        _STAGE,
        Text("{value} [step|steps] in deals so far", "商談の動きがこれまでに{value}回"),
        _NO_DEAL,
    ),
    (
        "won_amount_sum",
        kernel.WON_AMOUNT,
        "units",
        "amount",
        _AMOUNT,
        Text("Won {value} so far", "これまでの受注額：{value}"),
        Text("No amount won so far", "受注額なし"),
    ),
    (
        "last_amount",
        kernel.LAST_AMOUNT,
        "units",
        "amount",
        _AMOUNT,
        Text("Latest deal amount: {value}", "直近の商談金額：{value}"),
        Text("No deal amount known", "商談金額は不明"),
    ),
    (
        "days_since_opened",
        kernel.SINCE_OPENED,
        "days",
        "opened",
        _OPENED,
        Text("A deal was opened {value} ago", "{value}前に商談を開始"),
        _NO_DEAL,
    ),
    (
        "days_since_won",
        kernel.SINCE_WON,
        "days",
        "won",
        _WON,
        Text("A deal was won {value} ago", "{value}前に受注"),
        Text("No deal won so far", "受注はまだなし"),
    ),
    (
        "days_since_lost",
        kernel.SINCE_LOST,
        "days",
        "lost",
        _LOST,
        Text("A deal was lost {value} ago", "{value}前に失注"),
        Text("No deal lost so far", "失注なし"),
    ),
    (
        "days_since_last",
        kernel.SINCE_LAST,
        "days",
        "stage",
        _STAGE,
        Text("The deal last moved {value} ago", "商談の最後の動き：{value}前"),
        _NO_DEAL,
    ),
    (
        "last_stage",
        kernel.LAST_STAGE,
        "category",
        "stage",
        _STAGE,
        Text("The deal stands at: {value}", "商談の段階：{value}"),
        _NO_DEAL,
    ),
)


def features(vocabulary: Vocabulary, settings: CatalogSettings) -> tuple[Feature, ...]:  # noqa: ARG001 (the contract of a view)
    """Return the records of the view; see `features.view.View`."""
    return tuple(
        Feature(
            name=f"{VIEW}__{measure}",
            view=VIEW,
            key=OUTCOME if unit == "category" else "",
            measure=measure,
            window_days=None,
            unit=unit,
            missing_means="never missing; 0 means none" if _is_sum(measure) else "there was none",
            known_when="when the outcome is known",
            concept=f"{VIEW}.{concept}",
            concept_label=label,
            sentence=Sentence(value, none),
        )
        for measure, _, unit, concept, label, value, none in _TABLE
    )


def support(visible: Tables) -> int:
    """Count the leads that have an outcome."""
    return int(visible.outcomes["lead_id"].nunique())


def plan(columns: Sequence[PlannedColumn], vocabulary: Vocabulary) -> kernel.DealsPlan:  # noqa: ARG001 (the contract of a view)
    """Return the plan of the kernel; see `features.view.View`."""
    number = {row[0]: row[1] for row in _TABLE}
    return kernel.DealsPlan(
        np.array([number[column.feature.measure] for column in columns], np.int32),
        np.array([column.number for column in columns], np.int32),
    )


def fill(
    histories: Histories, rows: Rows, chunk: tuple[int, int], plan: kernel.DealsPlan, out: Matrix
) -> None:
    """Write the planned columns of a chunk of rows; see `features.view.View`."""
    kernel.history(histories.deals, rows, chunk, plan, out)


def motion(feature: Feature) -> Motion:
    """Return how a feature changes with time alone: the days since something grow."""
    grows = feature.measure.startswith("days_since_")
    return Motion(unit_microseconds=DAY) if grows else STILL


def evidence(feature: Feature, activities: pd.DataFrame) -> NDArray[np.bool_]:  # noqa: ARG001 (the contract of a view)
    """Mark no activity: the view counts outcomes; see `features.view.View`."""
    return no_rows(activities)


def _is_sum(measure: str) -> bool:
    return measure.endswith(("_count", "_sum"))
