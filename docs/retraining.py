"""The page about recalibration and retraining, with the figures of the benchmark `repair`."""

import json
from typing import Any

from docs.figures import RESULTS
from docs.reference import WRITTEN, markdown

TEXT = """# Recalibrate before retraining

## For a scheduler

```sh
mikomi retrain --if-needed        # each night, or when new data have come
```

It reads the newest data (`ingest`, `snapshot`), checks the champion, and does no more than is
needed:

1. No champion, or one trained on data older than `retrain.every_days`: it trains.
2. `mikomi monitor` raised an alarm on this champion: it trains. If every alarm is about
   calibration, it recalibrates first. A report that is missing, or is about another model, is
   ignored, and the summary says so.
3. Otherwise it tries to recalibrate, which changes nothing unless it wins.

| exit code | meaning |
| --- | --- |
| 0 | nothing was needed, or a version was promoted (recalibrated or trained) |
| 2 | the input cannot be used; every fault is listed |
| 3 | the trained model was refused; the champion stays |

`artifacts/<workspace>/retrain/report.json` and `report.txt` state what was checked, what was
decided, and the evidence. Age is measured on the data: from the end of the data that the trees
learned from to the end of the data now. Recalibration does not make a model younger.

## Recalibration

`mikomi recalibrate` moves the log-odds of the champion by a shift, or by a shift and a slope above
0, so that the order of leads never changes. It uses only snapshots whose horizon is over and that
the champion has not learned from. Each candidate is fitted on an earlier period and judged on a
later one, an embargo apart, on leads that it was not fitted on. The 95 % interval of its gain in
log loss must lie above zero; otherwise nothing is changed and the reason is reported. So the time
since the model was trained must be longer than the horizon. The winner is fitted again on the
newest `recalibrate.days`, registered as a version of its own, and put through the trial of
`mikomi promote`. Its interval is learned again; its card states which model it recalibrates and
from which outcomes; `mikomi rollback` takes it back.

A later challenger is compared fairly with a recalibrated champion: each row is scored with the
calibration that the champion had before it learned from that row.

The gain, on the calls of a bank in time order, whose base rate rises from {before} to {judged}
(`python -m benchmarks repair`; intervals by lead). Within a period the order does not change; the
AUC over all rows rises because the levels of the periods become right relative to each other:

{table}

## Is the ranking worth it?

Leads are worked because they score high, so worked leads cannot show what the score is worth. With
`MIKOMI_EXPLORE_SHARE=0.1` the server draws the last tenth of "Plan my week" at random from the
leads below the cut, marks them, and stores who was on which list and why. When horizons are over,

```sh
mikomi lift --database "$MIKOMI_DATABASE_URL"
```

reports how many converted of those listed by rank and of those drawn at random, among the contacted
(feedback `contacted` within two weeks of the list) and among all listed, with intervals by lead. It
says so if there is too little data.

## Models for segments

Segments enter the one model as shrunken effects. Every evaluation computes which segment would earn
a model of its own: a scorecard of the segment's own rows, beside the shared model, must gain more
than `segments.least_gain` of the log loss on the test period, by an interval that holds for all
segments at once. The result and what to do are in the evaluation report and in the model card;
`mikomi segments` computes the same alone.
"""


def page() -> str:
    """Return the page."""
    results = json.loads((RESULTS / "repair.json").read_text())
    rates = {name: f"{100 * rate:.1f} %" for name, rate in results["base_rate"].items()}
    return WRITTEN + TEXT.format(**rates, table=_table(results["whole"]).rstrip())


def _table(streams: dict[str, Any]) -> str:
    head = ["the model is", "log loss", "calibration error", "AUC"]
    return markdown(head, [[_title(name), *_cells(figures)] for name, figures in streams.items()])


def _title(stream: str) -> str:
    cadence, *more = stream.removeprefix("mikomi ").split()
    trained = "trained once" if cadence == "never" else f"trained every {cadence[:-1]} days"
    return trained + (", recalibrated every 28 days" if more else "")


def _cells(figures: dict[str, Any]) -> list[str]:
    loss = figures["log_loss"]
    cell = f"{loss['value']:.3f} ({loss['low']:.3f} to {loss['high']:.3f})"
    return [cell, f"{figures['ece']['value']:.3f}", f"{figures['auc']['value']:.3f}"]
