"""Stage card: the model card of the version that `promote` has judged, stored with it.

Decided here: nothing is measured for the card; it is put together from what the stages before it
wrote about this very model, and from what its owner states in the section `card` of params.yaml. It
is logged into the run that the version was registered from, so it goes where the version goes.
"""

import json
from pathlib import Path
from typing import Any, Final

from features.errors import BadInput
from features.wording.sentences import Language
from models.artifact import artifact
from models.registry.registry_types import Run
from pipelines.reports.card import content, page
from pipelines.run.stage_context import Job
from pipelines.stages.train import log, plain
from pipelines.storage import frames, partitions
from pipelines.storage.atomic import replacing, write_json, write_text
from pipelines.storage.lead_draw import FACT

CARD: Final = "card.json"
NAMES: Final = ("name", "label")
"""What the card of a target states besides outcome and horizon."""
PAGES: Final[dict[Language, str]] = {"en": "card.html", "ja": "card.ja.html"}


def run(job: Job) -> dict[str, Any]:
    """Write the card as JSON and as pages, and log it with the version; return where it is."""
    places = job.places
    card = content.card(sources(job))
    with replacing(places.card) as fresh:
        save(card, fresh)
    log(job, Run(card["model"]), {"card": places.card})
    summary = {"version": card["promotion"]["version"], "card": str(places.card / PAGES["en"])}
    return summary | {"limits": len(card["limits"])}


def save(card: dict[str, Any], folder: Path) -> None:
    """Write a card as JSON and as pages.

    Parameters
    ----------
    card
        The card, as plain data.
    folder
        A directory that exists.
    """
    write_json(folder / CARD, card)
    for language, name in PAGES.items():
        write_text(folder / name, page.page(card, language))


def sources(job: Job) -> content.Sources:
    """Read what the stages before wrote, all of it about one model."""
    places = job.places
    read = artifact.load(places.model)
    leaks, promotion = (_about(path, read.fingerprint) for path in (places.leaks, places.promotion))
    snapshots = frames.read_snapshots(places.snapshots, ["cutoff", "label"])
    return content.Sources(
        artifact=read,
        evaluation=_read(places.evaluation / "report.json", "evaluate"),
        leaks=leaks["answers"],
        promotion=promotion,
        manifest=partitions.manifest(places.tables),
        snapshots=snapshots,
        cohort=plain(job.params.cohort),
        statement=plain(job.params.card),
        experiments=_experiments(places.experiments),
        draw=frames.manifest(places.snapshots, "snapshot").get(FACT),
        target={} if job.target is None else {key: job.target.facts[key] for key in NAMES},
    )


def _experiments(folder: Path) -> tuple[dict[str, Any], ...]:
    """Read the verdicts of declared tests, in the order of their names."""
    files = sorted(folder.glob("*/verdict.json"))
    return tuple(json.loads(file.read_text("utf-8")) for file in files)


def _about(path: Path, fingerprint: str) -> dict[str, Any]:
    """Read a file about one model, and check that it is this one."""
    about = _read(path, path.stem.replace("promotion", "promote"))
    if about["model"] != fingerprint:
        raise BadInput.of(
            f"{path.name} of model {about['model'][:12]}, and the model {fingerprint[:12]}",
            "what was found about the model of the card",
            "run `mikomi evaluate`, `mikomi leaks` and `mikomi promote` first",
        )
    return about


def _read(path: Path, stage: str) -> dict[str, Any]:
    if not path.is_file():
        raise BadInput.of(f"no {path}", f"what `{stage}` writes", f"run `mikomi {stage}` first")
    about: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return about
