"""The headline of the report: on what the model was evaluated, the tiles, the calibration."""

from features.wording.sentences import Language
from models.evaluation.evaluation import MODEL, Evaluation
from pipelines.reports.evaluation import calibration_words
from pipelines.reports.evaluation.cells import cell, date, metric_text, share
from pipelines.reports.evaluation.payload import plain
from pipelines.reports.translation import gettext, number


def tested(evaluation: Evaluation, language: Language) -> str:
    """Return a sentence on what the model was evaluated.

    Parameters
    ----------
    evaluation
        The numbers.
    language
        The language to translate to.
    """
    test = evaluation.test
    counted = gettext(
        "%(rows)s snapshots of %(leads)s leads; %(conversions)s snapshots of %(converted)s leads "
        "converted. Cutoffs from %(first)s to %(last)s; horizon %(horizon)s days. "
        "Intervals: 95 %%, by redrawing leads.",
        language,
        rows=number(test.rows, language),
        leads=number(test.leads, language),
        conversions=number(test.conversions, language),
        converted=number(test.converted_leads, language),
        first=date(test.first_cutoff),
        last=date(test.last_cutoff),
        horizon=f"{evaluation.horizon_days:g}",
    )
    return f"{counted} {_by_lead(evaluation, language)}"


def _by_lead(evaluation: Evaluation, language: Language) -> str:
    """Return the figures in which every lead counts once, each with its interval."""

    def shown(metric: str) -> str:
        one = evaluation.by_lead[metric]
        ends = f"{metric_text(metric, one.low)} – {metric_text(metric, one.high)}"
        return f"{metric_text(metric, one.value)} ({ends})"

    return gettext(
        "Every lead counted once: AUC %(auc)s; the hottest tenth of the leads converts %(lift)s "
        "times as often as all; the hottest fifth holds %(capture)s of the leads that convert.",
        language,
        auc=shown("auc"),
        lift=shown("lift_at_10"),
        capture=shown("capture_at_20"),
    )


def tiles(evaluation: Evaluation, language: Language) -> list[dict[str, str]]:
    """Return the headline figures: `key` in the JSON, `value`, `label`, `note`.

    Parameters
    ----------
    evaluation
        The numbers.
    language
        The language to translate to.
    """
    floor = evaluation.floor
    labels = {
        "auc": gettext("AUC: right order of two snapshots", language),
        "lift_at_10": gettext("times the base rate in the hottest tenth", language),
        "capture_at_20": gettext("of the snapshots that converted in the hottest fifth", language),
        "ece": gettext("calibration error; chance alone gives", language),
    }
    notes = {"ece": f"{metric_text('ece', floor.mean)} – {metric_text('ece', floor.high)}"}
    base_rate = {
        "key": "test.base_rate",
        "value": share(evaluation.test.base_rate),
        "label": gettext("of the snapshots convert within the horizon", language),
        "note": gettext(
            "%(converted)s of %(leads)s leads converted",
            language,
            converted=number(evaluation.test.converted_leads, language),
            leads=number(evaluation.test.leads, language),
        ),
    }
    return [
        base_rate,
        *(_tile(evaluation, metric, label, notes.get(metric)) for metric, label in labels.items()),
    ]


def _tile(evaluation: Evaluation, metric: str, label: str, note: str | None) -> dict[str, str]:
    made = cell(metric, evaluation.figures[MODEL][metric], f"figures.{MODEL}.{metric}")
    return {
        "key": made["key"],
        "value": made["value"],
        "label": label,
        "note": made["interval"] if note is None else note,
    }


def calibration(evaluation: Evaluation, language: Language) -> str:
    """Return sentences on how far the probabilities can be believed, the verdict first.

    Parameters
    ----------
    evaluation
        The numbers.
    language
        The language to translate to.
    """
    floor, ece = evaluation.floor, evaluation.figures[MODEL]["ece"].value
    how_to_read = gettext(
        "Of the snapshots given 20 %%, one in five should convert: points on the diagonal. The "
        "calibration error is %(ece)s; a perfect model would show %(mean)s by chance, and "
        "less than %(high)s in 95 %% of cases.",
        language,
        ece=metric_text("ece", ece),
        mean=metric_text("ece", floor.mean),
        high=metric_text("ece", floor.high),
    )
    return " ".join(
        [*calibration_words.sentences(plain(evaluation.calibration), language), how_to_read]
    )
