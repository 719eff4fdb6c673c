"""Stage card: the model card of the version that `promote` has judged, kept with it.

Decided here: nothing is measured for the card; it is put together from what the stages before it
wrote about this very model, and from what its owner says in the section `card` of params.yaml. It
is logged into the run that the version was registered from, so it goes where the version goes.
"""

import json
from pathlib import Path
from typing import Any, Final

from features.errors import BadInput
from models.artifact import artifact
from models.registry.registry_types import Run
from pipelines.reports.card import content, page
from pipelines.reports.evaluation.words import Language
from pipelines.run.stage_context import Job
from pipelines.stages.train import log, plain
from pipelines.storage import frames, partitions
from pipelines.storage.atomic import replacing, write_json, write_text

CARD: Final = "card.json"
PAGES: Final[dict[Language, str]] = {"en": "card.html", "ja": "card.ja.html"}


def run(job: Job) -> dict[str, Any]:
    """Write the card as JSON and as pages, and keep it with the version; tell where it is."""
    places = job.places
    card = content.card(sources(job))
    with replacing(places.card) as fresh:
        save(card, fresh)
    log(job, Run(card["model"]), {"card": places.card})
    told = {"version": card["promotion"]["version"], "card": str(places.card / PAGES["en"])}
    return told | {"limits": len(card["limits"])}


def save(card: dict[str, Any], folder: Path) -> None:
    """Write a card as JSON and as pages."""
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
        said=plain(job.params.card),
    )


def _about(path: Path, fingerprint: str) -> dict[str, Any]:
    """Read a file that says which model it speaks of, and see that it is this one."""
    told = _read(path, path.stem.replace("promotion", "promote"))
    if told["model"] != fingerprint:
        raise BadInput.of(
            f"{path.name} of model {told['model'][:12]}, and the model {fingerprint[:12]}",
            "what was found about the model of the card",
            "run `mikomi evaluate`, `mikomi leaks` and `mikomi promote` first",
        )
    return told


def _read(path: Path, stage: str) -> dict[str, Any]:
    if not path.is_file():
        raise BadInput.of(f"no {path}", f"what `{stage}` writes", f"run `mikomi {stage}` first")
    told: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return told
