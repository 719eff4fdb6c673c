"""Judging a model: beside named baselines on later snapshots, and by the leak checks."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from features.errors import BadRequest
from mikomi.model import model_of
from mikomi.shown import language
from mikomi.snapshots import Snapshots
from models.evaluation import evaluation
from models.evaluation.evaluation import Evaluation
from models.evaluation.settings import EvaluationSettings
from pipelines.reports.evaluation import page, writing
from pipelines.reports.notebook.ranking import framed
from pipelines.stages import leaks as leak_stage
from pipelines.workbench import judging, requests


@dataclass(frozen=True, eq=False)
class Evaluated:
    """An evaluation; notebooks show its report.

    Attributes
    ----------
    result
        All numbers.
    name
        What was evaluated.

    Examples
    --------
    >>> report = mikomi.evaluate(model, test)  # doctest: +SKIP
    >>> report.verdict in ("signal", "ranking_only", "no_signal", "too_few")  # doctest: +SKIP
    True
    """

    result: Evaluation
    name: str

    @property
    def verdict(self) -> str:
        """`signal`, `ranking_only`, `no_signal` or `too_few`."""
        return self.result.verdict

    @property
    def figures(self) -> pd.DataFrame:
        """One row a method and metric: the value and the ends of its interval by lead."""
        return pd.DataFrame(
            {
                "prediction": name,
                "metric": metric,
                "value": one.value,
                "low": one.low,
                "high": one.high,
            }
            for name, metrics in self.result.figures.items()
            for metric, one in metrics.items()
        )

    def save(self, folder: str | Path) -> Path:
        """Write the report, its numbers and its pictures into a folder; return the page.

        Examples
        --------
        >>> mikomi.evaluate(model, test).save(new.parent / "report").name  # doctest: +SKIP
        'report.html'
        """
        writing.write(self.result, Path(folder), self.name)
        return Path(folder) / writing.PAGES[language()]

    def _repr_html_(self) -> str:
        """Show the report."""
        return framed(page.page(self.result, language(), self.name))


def evaluate(
    model: Any,
    test: Snapshots,
    learning: Snapshots | None = None,
    settings: EvaluationSettings | dict[str, Any] | None = None,
) -> Evaluated:
    """Evaluate a model on later snapshots, beside every named baseline.

    Parameters
    ----------
    model
        A fitted `LeadClassifier`, or a `Model`.
    test
        The snapshots that judge.
    learning
        The snapshots that the model was trained on, for the baselines; a classifier knows them.
    settings
        The section `evaluate` of params.yaml as a dictionary (`redraws`, `learning_fractions`);
        None means that of the parameters.

    Raises
    ------
    BadInput
        If labels of the training reach into the test, or the test is of another target.

    Examples
    --------
    >>> mikomi.evaluate(model, test).figures.columns.tolist()  # doctest: +SKIP
    ['prediction', 'metric', 'value', 'low', 'high']
    """
    own = model_of(model)
    rows = getattr(model, "rows_", None)
    if learning is not None:
        rows = judging.rows_by(learning.job, learning.frame, own.artifact.catalog)
    if rows is None:
        do = "pass learning=, the snapshots that the model was trained on"
        raise BadRequest.of("a model without its training rows", "rows for the baselines", do)
    case = judging.case(test.job, own.artifact, rows, test.frame)
    done = evaluation.evaluate(case, requests.evaluation_of(settings, test.job.params))
    return Evaluated(done, f"mikomi {own.fingerprint[:12]}")


def leaks(snapshots: Snapshots) -> pd.DataFrame:
    """Run every leak check on the data and features of some snapshots.

    Returns
    -------
    One row a check: `code`, `title`, `verdict` (pass, warn, fail, not applicable), `observed`,
    `expected`, `do`, `names`.

    Examples
    --------
    >>> mikomi.leaks(learning)["code"].head(2).tolist()  # doctest: +SKIP
    ['L001', 'L002']
    """
    snapshots.features()
    results = leak_stage.check(leak_stage.evidence(snapshots.job))
    columns = ["code", "title", "title_ja", "verdict", "observed", "expected", "do", "names"]
    return pd.DataFrame([{name: getattr(one, name) for name in columns} for one in results])
