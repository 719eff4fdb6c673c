"""The page about repairing and retraining, with the figures of `benchmarks/repair.py`."""

import json
from typing import Any

from docs.figures import RESULTS
from docs.reference import WRITTEN, markdown

TEXT = """# Repair before retraining

## For a scheduler

```sh
mikomi retrain --if-needed        # each night, or when new data have come
```

It brings the newest data (`ingest`, `snapshot`), looks, and does no more than is needed:

1. No champion, or one trained on data older than `retrain.every_days`: it trains.
2. `mikomi monitor` raised an alarm on this champion: it trains. Where every alarm is about
   calibration, it recalibrates first. A report that is absent, or speaks of another model, is not
   looked at, and that is said.
3. Otherwise it tries to recalibrate, which changes nothing unless it wins.

| exit code | meaning |
| --- | --- |
| 0 | nothing was needed, or a version was promoted (recalibrated or trained) |
| 2 | something is wrong with the input; every fault is told |
| 3 | what was trained was refused; the champion stays |

`artifacts/<workspace>/retrain/report.json` and `report.txt` say what was looked at, decided and
shown. Age is measured on the data, from the end of those that the trees learned from to the end of
those there are now; recalibration does not make a model younger.

## Recalibration

`mikomi recalibrate` moves the log-odds of the champion by a shift, or by a shift and a slope above
0, so no order ever changes. It uses only snapshots whose horizon is over and from which the
champion has not learned. Each repair is fitted on an earlier stretch and judged on a later one, an
embargo apart, on leads that it was not fitted on; the 95 % interval of its gain in log loss must
lie above zero, or nothing is changed and the reason is said. So the history since the model learned
must be longer than the horizon. What wins is fitted again on the newest `recalibrate.days`,
registered as a version of its own, and put through the trial of `mikomi promote`. Its interval is
learned anew, its card says whose probabilities it repairs and from which outcomes, and `mikomi
rollback` takes it back.

A later challenger meets a recalibrated champion fairly: each row is answered by the calibration
that the champion had before it learned from that row.

What it brings, on the calls of a bank in order of time, whose base rate rises from {before} to
{judged} (`python -m benchmarks repair`; intervals by lead). Within a stretch no order changes; AUC
over all rows rises because the stretches come to lie beside each other as they should:

{table}

## Is the ranking worth it?

Leads get worked because they score high, so the worked ones cannot say what the score is worth.
With `MIKOMI_EXPLORE_SHARE=0.1` the server fills the last tenth of "Plan my week" by lot from the
leads below the cut, marks them, and keeps who stood on which list and why. When horizons are over,

```sh
mikomi lift --database "$MIKOMI_DATABASE_URL"
```

tells how many converted by rank and by lot, among the contacted (feedback `contacted` within two
weeks of the list) and among all listed, with intervals by lead, and says so where there is too
little.

## Models for segments

Segments enter the one model as shrunken effects. Every evaluation asks which would earn a model of
its own: a scorecard of the segment's own rows, beside the shared model, must gain more than
`segments.least_gain` of the log loss on the test period, by an interval that holds for all segments
at once. The answer and what to do stand in the evaluation report and in the model card; `mikomi
segments` asks the same alone.
"""


def page() -> str:
    """Write the page."""
    told = json.loads((RESULTS / "repair.json").read_text())
    rates = {name: f"{100 * rate:.1f} %" for name, rate in told["base_rate"].items()}
    return WRITTEN + TEXT.format(**rates, table=_table(told["whole"]).rstrip())


def _table(streams: dict[str, Any]) -> str:
    head = ["the model is", "log loss", "calibration error", "AUC"]
    return markdown(head, [[_named(name), *_cells(one)] for name, one in streams.items()])


def _named(stream: str) -> str:
    cadence, *more = stream.removeprefix("mikomi ").split()
    trained = "trained once" if cadence == "never" else f"trained every {cadence[:-1]} days"
    return trained + (", recalibrated every 28 days" if more else "")


def _cells(one: dict[str, Any]) -> list[str]:
    loss = one["log_loss"]
    cell = f"{loss['value']:.3f} ({loss['low']:.3f} to {loss['high']:.3f})"
    return [cell, f"{one['ece']['value']:.3f}", f"{one['auc']['value']:.3f}"]
