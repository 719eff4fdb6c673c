"""How much of the probability of the hottest leads the named reasons explain.

    python -m benchmarks.quality.explained_share [SET...]

Decided here: every data set with an example is taken through the stages before training, whole and
as draws of leads with few conversions; the sample company of the demo stands beside them. Before is
a model of all columns whose proven concepts alone are reasons, 8 for and 4 against; after is a
model of what can be named, with families and as many reasons as it takes. Judged are the 100
hottest leads of the test period: the share explained is 1 - sum of |rows of the rest| /
|probability - base|, its median over the leads; 1 where there is no distance to explain. AUC, log
loss, predicted and observed are of the snapshots of the test period; the change of log loss is in
standard errors, rows of a lead taken as one.
"""

import argparse
import json
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple

import numpy as np

from benchmarks import harness
from benchmarks.quality.dated import EXAMPLES
from features.catalog.catalog import Catalog
from models.artifact.artifact import Artifact
from models.explain.families import PREFIX, family_code
from models.explain.proof import learn_evidence, nameable_model
from models.explain.settings import ReasonSettings
from models.model import reference
from models.model.lead_model import LeadModel
from models.model.points import Points
from models.model.scorecard import draw_leads
from models.stats import metrics
from models.stats.metrics import Interval, margin_log_losses
from models.stats.training_set import Floats, TrainingSet
from models.training import fit_model
from models.training.combine import Plan
from models.training.gain import standard_errors
from pipelines.run import params_file
from pipelines.run.params import Params
from pipelines.run.stage_context import Job
from pipelines.run.workspace import Workspace
from pipelines.sample.company import SampleSettings, make
from pipelines.sample.write import write
from pipelines.stages import featurize, ingest, snapshot
from pipelines.stages.featurize import matured_split
from pipelines.stages.train import read_sales_points
from pipelines.storage import frames
from serve.insight.full_explanation import full_explanation, kinds_of, rest_of
from serve.scoring.loaded_model import LoadedModel

SAMPLE: Final = "sample"
RESULT: Final = "explained_share"
SETS: Final = (
    *(SAMPLE, "x_education", "online_shoppers", "uci_bank", "cdnow", "bpic2012"),
    *("oulad", "online_retail"),
)
FEW: Final = 250
"""Converted leads of a small draw."""
FEW_OF: Final = ("x_education", "online_shoppers")
"""The data sets of which there are small draws."""
FEW_DRAWS: Final = 3
SAMPLE_LEADS: Final = 4000
SAMPLE_SEED: Final = 7
MOST_ROWS: Final = 30_000
TOP: Final = 100
BEFORE: Final = ReasonSettings(positive=8, negative=4)
DRAWS: Final = 60
NOISE_ROWS: Final = 600
PENALTY: Final = 30.0
_TINY: Final = 1e-12


class Prepared(NamedTuple):
    """A data set before training.

    Attributes
    ----------
    params
        Of its example.
    rows, test
        To learn from, and to judge by.
    catalog
        The features.
    points
        Hand-given points of the example, if there are any.
    """

    params: Params
    rows: TrainingSet
    test: TrainingSet
    catalog: Catalog
    points: Points | None


class Rows(NamedTuple):
    """What stands in one explanation: rows of reasons, rows of the rest, how many are joined."""

    reasons: list[float]
    rest: list[float]
    joined: int = 0


def main(arguments: list[str]) -> None:
    """Measure and write the result."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality.explained_share")
    parser.add_argument("sets", nargs="*", default=list(SETS), help="the others stay as they are")
    for name in parser.parse_args(arguments).sets:
        measured = _measured(name)
        print(name, measured, flush=True)
        print(harness.write(RESULT, _beside_others(measured), "numpy", "lightgbm"), flush=True)


def _measured(name: str) -> dict[str, dict[str, Any]]:
    """Measure a data set, and the small draws of it if there are any."""
    whole = prepare(name)
    few: dict[str, Any] = {}
    for seed in range(FEW_DRAWS if name in FEW_OF else 0):
        drawn = whole._replace(rows=with_conversions(whole.rows, FEW, seed))
        few[f"{name}, draw {seed}"] = measure(drawn)
    noise = planted_noise(whole)
    own = measure(whole)
    return {"sets": {name: own}, "few_conversions": few, "planted_noise": {name: noise}}


def _beside_others(measured: dict[str, dict[str, Any]]) -> dict[str, object]:
    """Return the result of all sets: what was measured, the others as the file has them."""
    path = harness.RESULTS / f"{RESULT}.json"
    before = json.loads(path.read_text()) if path.exists() else {}
    result: dict[str, object] = {}
    for part, own in measured.items():
        both = before.get(part, {}) | own
        result[part] = {key: both[key] for key in sorted(both, key=_place)}
    return result


def _place(key: str) -> tuple[int, str]:
    return SETS.index(key.partition(",")[0]), key


def prepare(name: str) -> Prepared:
    """Run the stages before training on the export of an example."""
    params = params_file.load(_params_file(name))
    with TemporaryDirectory() as folder:
        if name == SAMPLE:
            params = replace(
                params, source=replace(params.source, mapping=sample_mapping(Path(folder)))
            )
        job = Job(params, Workspace(name, Path(folder)))
        for stage in (ingest, snapshot, featurize):
            stage.run(job)
        _, split = matured_split(job.places.snapshots, params.split)
        frame, label = frames.read_features(job.places.features, split.learning)
        later, outcome = frames.read_features(job.places.features, split.test)
    rows = TrainingSet.from_frame(frame, label)
    rows = rows.take(draw_leads(rows.lead, MOST_ROWS, params.train.seed))
    by_hand = read_sales_points(params.train.points, frame.catalog)
    return Prepared(params, rows, TrainingSet.from_frame(later, outcome), frame.catalog, by_hand)


def sample_mapping(folder: Path) -> str:
    """Make the sample company, and return its mapping beside it."""
    company = make(SampleSettings(leads=SAMPLE_LEADS, seed=SAMPLE_SEED))
    write(company, folder / "data" / "sample" / "export")
    mapping = folder / "examples" / "sample" / "mapping.yaml"
    mapping.parent.mkdir(parents=True)
    shutil.copy(EXAMPLES / "sample" / "mapping.yaml", mapping)
    return str(mapping)


def _params_file(name: str) -> Path:
    return EXAMPLES.parent / "params.yaml" if name == SAMPLE else EXAMPLES / name / "params.yaml"


def with_conversions(rows: TrainingSet, converted: int, seed: int) -> TrainingSet:
    """Draw leads of which about so many convert."""
    leads = np.random.default_rng(seed).permutation(np.unique(rows.lead))
    winners = np.isin(leads, rows.lead[rows.label == 1.0])
    enough = int(np.searchsorted(np.cumsum(winners), converted)) + 1
    return rows.take(np.isin(rows.lead, leads[:enough]))


def measure(data: Prepared) -> dict[str, Any]:
    """Train before and after, and explain the hottest leads by both."""
    train, began = data.params.train, time.process_time()
    how = (train, data.points, train.seed)
    model = fit_model.fit(data.rows, train, data.points, train.seed)
    fitted = time.process_time()
    named = nameable_model.leave_out(data.rows, model, data.catalog, how, train.proof)
    ended = time.process_time()
    proven = named.evidence.proven
    concepts = tuple(code for code in proven if not code.startswith(PREFIX))
    alone = named._replace(model=model, evidence=replace(named.evidence, proven=concepts))
    change = _losses(named.model, data.test) - _losses(model, data.test)
    return {
        "leads": data.rows.leads,
        "converted_leads": data.rows.converted_leads,
        "test_converted_leads": data.test.converted_leads,
        "proven_concepts": len(concepts),
        "proven_families": len(proven) - len(concepts),
        "columns": len(data.catalog.features),
        "silenced_columns": named.silenced,
        "before": explained(_loaded(alone, data), data.test, _as_before),
        "after": explained(_loaded(named, data), data.test, _as_now),
        "auc": asdict(_auc(named.model, data.test)),
        "mean_predicted": round(float(named.model.probability(data.test.values).mean()), 4),
        "observed": round(float(data.test.label.mean()), 4),
        "log_loss_before": round(float(_losses(model, data.test).mean()), 5),
        "log_loss_after": round(float(_losses(named.model, data.test).mean()), 5),
        "change_in_standard_errors": round(standard_errors(change, data.test.lead), 2),
        "fit_cpu_seconds": round(fitted - began, 1),
        "proof_and_refit_cpu_seconds": round(ended - fitted, 1),
    }


def explained(
    loaded: LoadedModel, test: TrainingSet, explain: Callable[[LoadedModel, Any], Rows]
) -> dict[str, float]:
    """Explain the hottest leads, each at its hottest moment.

    Parameters
    ----------
    loaded
        The model.
    test
        The rows of the test period.
    explain
        Explains a row.
    """
    order = np.argsort(-loaded.scorer.score_values(test.values).probability, kind="stable")
    first = np.sort(np.unique(test.lead[order], return_index=True)[1])[:TOP]
    rows = [explain(loaded, test.values[[n]]) for n in order[first].tolist()]
    sums = [sum(one.reasons) + sum(one.rest) for one in rows]
    top = loaded.scorer.score_values(test.values[order[first]])
    exact = np.abs(top.probability - loaded.scorer.base_probability - np.array(sums))
    rests = [sum(map(abs, one.rest)) for one in rows]
    shares = [1.0 - rest / max(abs(total), _TINY) for rest, total in zip(rests, sums, strict=True)]
    largest = np.array([max(map(abs, one.rest), default=0.0) for one in rows])
    smallest = np.array([min(map(abs, one.reasons), default=0.0) for one in rows])
    return {
        "share_explained": round(float(np.median(shares)), 4),
        "share_explained_10th": round(float(np.quantile(shares, 0.1)), 4),
        "distance": round(float(np.median(np.abs(sums))), 4),
        "reasons": float(np.median([len(one.reasons) for one in rows])),
        "joined_rows": round(float(np.mean([one.joined for one in rows])), 2),
        "largest_rest": round(float(np.median(largest)), 5),
        "smallest_reason": round(float(np.median(smallest)), 5),
        "leads_with_larger_rest": int(np.count_nonzero(largest > smallest)),
        "largest_error_of_the_sum": float(f"{exact.max():.1e}"),
    }


def planted_noise(data: Prepared, draws: int = DRAWS) -> dict[str, float]:
    """Shuffle a random half of the families among the rows; count how often any of it is shown.

    With fewer than four families half of the concepts are shuffled instead. Each draw is of few
    leads, and proven by scorecards alone.
    """
    shown = [_noise_shown(data, seed) for seed in range(draws)]
    return {
        "draws": draws,
        "draws_with_a_noise_concept": sum(one[0] > 0 for one in shown),
        "draws_with_a_noise_family": sum(one[1] > 0 for one in shown),
        "shown_of_the_rest": round(float(np.mean([one[2] for one in shown])), 2),
    }


def _noise_shown(data: Prepared, seed: int) -> tuple[int, int, int]:
    """Return how many noise concepts, noise families and others are proven in one draw."""
    random = np.random.default_rng(seed)
    few = data.rows.take(draw_leads(data.rows.lead, NOISE_ROWS, seed))
    features = data.catalog.features
    kin, own = np.array([family_code(one) for one in features]), [one.concept for one in features]
    groups = kin if len(np.unique(kin[np.ptp(np.nan_to_num(few.values), axis=0) > 0])) > 3 else own
    names = np.unique(groups)
    noise = np.isin(groups, random.permutation(names)[: len(names) // 2])
    values = few.values.copy()
    values[:, noise] = values[random.permutation(len(values))][:, noise]
    few, train = replace(few, values=values), data.params.train
    model = replace(fit_model.fit(few.take(np.arange(1))), choices=Plan(PENALTY).to_json())
    proven = learn_evidence.prove(few, model, data.catalog, (train, None, seed)).proven
    mixed = set(np.array(own)[~noise]) | set(kin[~noise])
    false = [code for code in proven if code not in mixed]
    families = sum(code.startswith(PREFIX) for code in false)
    return len(false) - families, families, len(proven) - len(false)


def _as_before(loaded: LoadedModel, values: Any) -> Rows:
    selected = loaded.scorer.reasons_of(values, BEFORE)
    points = loaded.scorer.concept_contributions(values)[0]
    rest = rest_of({one.concept for one in selected}, points, kinds_of(loaded, values))
    return Rows([one.contribution for one in selected], [one.contribution for one in rest])


def _as_now(loaded: LoadedModel, values: Any) -> Rows:
    full = full_explanation(loaded, values, "en")
    rows = [one.contribution for one in full.reasons] + [one.contribution for one in full.joined]
    return Rows(rows, [one.contribution for one in full.rest], len(full.joined))


def _loaded(named: nameable_model.Nameable, data: Prepared) -> LoadedModel:
    margins = np.sort(named.model.margin(data.test.values))
    about = {"horizon_days": data.params.cohort.horizon_days}
    people = reference.learn(margins)
    return LoadedModel(Artifact(named.model, data.catalog, people, named.evidence, about))


def _auc(model: LeadModel, test: TrainingSet) -> Interval:
    probability = model.probability(test.values)
    return metrics.measure(label=test.label, probability=probability, lead=test.lead)["auc"]


def _losses(model: LeadModel, test: TrainingSet) -> Floats:
    probability = np.clip(model.probability(test.values), _TINY, 1.0 - _TINY)
    margin = np.log(probability / (1.0 - probability))
    return np.asarray(margin_log_losses(label=test.label, margin=margin))


if __name__ == "__main__":
    main(sys.argv[1:])
