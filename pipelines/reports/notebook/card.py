"""What a model is, as a fragment of HTML: the part of its card that the model itself states."""

from collections import Counter
from collections.abc import Iterator
from html import escape
from typing import Final

from features.views import titles
from features.wording.sentences import Language
from models.artifact.artifact import Artifact
from pipelines.reports.card.terms import EVIDENCE
from pipelines.reports.evaluation.terms import term
from pipelines.reports.translation import gettext, number

_ROW: Final = (
    "<tr><th style='padding:.25em .7em;text-align:left;vertical-align:top'>{name}</th>"
    "<td style='padding:.25em .7em;text-align:left'>{text}</td></tr>"
)


def card(trained: Artifact, language: Language) -> str:
    """Return a table: what is predicted, what it learned from, of what it is made.

    Parameters
    ----------
    trained
        The model.
    language
        Of all texts.
    """
    rows = "".join(
        _ROW.format(name=escape(name), text=escape(text))
        for name, text in _facts(trained, language)
    )
    title = f"<caption style='text-align:left'>mikomi {escape(trained.fingerprint[:12])}</caption>"
    style = "border-collapse:collapse;font-variant-numeric:tabular-nums"
    return f'<table class="mikomi" style="{style}">{title}<tbody>{rows}</tbody></table>'


def _facts(trained: Artifact, language: Language) -> Iterator[tuple[str, str]]:
    about, model = trained.about, trained.model
    yield gettext("Predicts", language), _target(trained, language)
    yield (
        gettext("Learned from", language),
        gettext(
            "%(leads)s leads, %(converted)s of them converted; %(rows)s snapshots",
            language,
            leads=_count(model.counts.leads, language),
            converted=_count(model.counts.converted_leads, language),
            rows=number(model.counts.rows, language),
        ),
    )
    if until := about.get("learned_until"):
        yield gettext("Knows no outcome after", language), str(until)[:10]
    yield (
        gettext("What the data were enough for", language),
        term(model.evidence_level, EVIDENCE, language),
    )
    yield gettext("Feature columns", language), _columns(trained, language)
    yield gettext("Proven concepts", language), number(len(trained.evidence.proven), language)


def _count(leads: int | None, language: Language) -> str:
    return "?" if leads is None else number(leads, language)


def _target(trained: Artifact, language: Language) -> str:
    about = trained.about
    return gettext(
        "%(outcome)s within %(days)s days",
        language,
        outcome=about.get("outcome", "?"),
        days=f"{float(about.get('horizon_days', 0)):g}",
    )


def _columns(trained: Artifact, language: Language) -> str:
    named = titles()
    counts = Counter(one.name.split("__")[0] for one in trained.catalog.features)
    return ", ".join(
        f"{getattr(named[view], language) if view in named else view} {number(count, language)}"
        for view, count in counts.items()
    )
