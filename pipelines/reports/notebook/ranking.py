"""A ranking and the reasons of a lead, as fragments of HTML."""

from collections.abc import Mapping
from html import escape
from typing import Any, Final

import pandas as pd

from features.wording.sentences import Language
from models.charts import ChartText, Step, waterfall
from models.explain.reasons import Reason
from pipelines.reports.translation import gettext

_TABLE: Final = (
    '<table class="mikomi" style="border-collapse:collapse;font-variant-numeric:tabular-nums">'
    "<caption style='text-align:left'>{caption}</caption><thead><tr>{head}</tr></thead>"
    "<tbody>{body}</tbody></table>"
)
_CELL: Final = "<td style='padding:.25em .7em;vertical-align:top;text-align:{side}'>{text}</td>"
_SHORT: Final = _CELL.replace("vertical", "white-space:nowrap;vertical")


def ranking(rows: pd.DataFrame, language: Language, most: int = 10) -> str:
    """Return the first leads of a ranking as a table: probability, band and reasons.

    Parameters
    ----------
    rows
        A ranking, the hottest lead first.
    language
        Of all texts.
    most
        How many leads are shown.
    """
    if rows.empty:
        text = gettext("No lead is open at that moment. Others: explain(...).ranking", language)
        return f"<p>{escape(text)}</p>"
    heads = [
        gettext("Rank", language),
        gettext("Lead", language),
        gettext("Probability", language),
        gettext("Score", language),
        gettext("Band", language),
        gettext("Reasons", language),
    ]
    caption = gettext(
        "%(shown)s of %(all)s leads",
        language,
        shown=min(most, len(rows)),
        all=len(rows),
    )
    body = "".join(_row(row, language) for row in rows.head(most).to_dict("records"))
    return _TABLE.format(
        caption=escape(caption),
        head="".join(f"<th style='padding:.25em .7em'>{escape(one)}</th>" for one in heads),
        body=body,
    )


def _row(row: Mapping[Any, Any], language: Language) -> str:
    bands = {
        "hot": gettext("hot", language),
        "warm": gettext("warm", language),
        "cold": gettext("cold", language),
    }
    span = f"{row['probability']:.1%}"
    if "probability_low" in row:
        span += f" ({row['probability_low']:.1%}–{row['probability_high']:.1%})"
    cells = [("right", str(row["rank"])), ("left", str(row["lead_id"])), ("right", span)]
    cells += [("right", f"{row['score']:.0f}"), ("left", bands[row["band"]])]
    texts = [_SHORT.format(side=side, text=escape(text)) for side, text in cells]
    return f"<tr>{''.join(texts)}{_CELL.format(side='left', text=_reasons(row, language))}</tr>"


def _reasons(row: Mapping[Any, Any], language: Language) -> str:
    points = gettext("points", language)
    pairs = zip(row[f"reasons_{language}"], row["reason_contributions"], strict=True)
    return "<br>".join(
        f"{escape(str(text))} <small>({100 * by:+.1f} {escape(points)})</small>"
        for text, by in pairs
    )


def steps(
    reasons: list[Reason], base: float, remainder: float, title: str, language: Language
) -> str:
    """Draw how a probability comes about: base, reasons, what is left, probability.

    Parameters
    ----------
    reasons
        The reasons that are shown.
    base
        The base probability.
    remainder
        The sum of what is not shown.
    title
        Of the picture: the lead.
    language
        Of all texts.
    """
    drawn = [Step(str(getattr(one.sentence, language)), one.contribution) for one in reasons]
    rest = Step(gettext("Everything else", language), remainder)
    words = ChartText(
        f"steps-{language}", title, gettext("From the base to the probability", language)
    )
    ends = (gettext("Base", language), gettext("Probability", language))
    return waterfall(words, ends, base, [*drawn, rest])


def framed(page: str, height: int = 640) -> str:
    """Return a whole page inside a notebook's cell.

    Parameters
    ----------
    page
        The page, self-contained.
    height
        Of the frame, in pixels; the page scrolls in it.
    """
    style = f"width:100%;height:{height}px;border:1px solid #ccc"
    return f'<iframe style="{style}" sandbox srcdoc="{escape(page, quote=True)}"></iframe>'
