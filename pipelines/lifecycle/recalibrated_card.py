"""The card of a recalibrated version: that of the version it repairs, with what was repaired.

Decided here: trees, features, order and leak checks are those of the version that is repaired, so
its card holds for them; its figures were measured before the repair, and the card says so first.
A version without a card (promoted before `mikomi card` ran) leaves its repair without one.
"""

import json
import tempfile
from pathlib import Path
from typing import Any

from models.registry.registry import Registry
from models.registry.registry_types import Run, Version
from pipelines.reports.evaluation.cells import share
from pipelines.run.stage_context import Job
from pipelines.stages.card import CARD, save
from pipelines.stages.train import log
from pipelines.storage.atomic import replacing


def write(job: Job, registry: Registry, former: Version, facts: dict[str, Any]) -> str | None:
    """Write the card of a repaired version and log it with it; return where it is, if it is.

    Parameters
    ----------
    job, registry
        Of the repair.
    former
        The version that is repaired.
    facts
        `version`, `model`, `recalibrated`, `champion`, `grounds`, `outcomes` of the repair.
    """
    card = _fetched(registry, former)
    if card is None:
        return None
    with replacing(job.places.card) as fresh:
        save(repaired(card, facts), fresh)
    log(job, Run(facts["model"]), {"card": job.places.card})
    return str(job.places.card)


def repaired(card: dict[str, Any], facts: dict[str, Any]) -> dict[str, Any]:
    """Return the card of the repaired version, made from that of the version it repairs.

    Parameters
    ----------
    card
        The card of the version that is repaired.
    facts
        Of the repair; see `write`.
    """
    earlier = card.get("recalibration")
    block = facts["outcomes"] | {
        "figures_of": earlier["figures_of"] if earlier else card["promotion"]["version"]
    }
    limits = [one for one in card["limits"] if not (earlier and one == note(earlier))]
    promotion = card["promotion"] | {
        "version": facts["version"],
        "promoted": facts["recalibrated"],
        "champion": facts["champion"],
        "grounds": facts["grounds"],
    }
    return card | {
        "model": facts["model"],
        "promotion": promotion,
        "recalibration": block,
        "limits": [note(block), *limits],
    }


def note(block: dict[str, Any]) -> dict[str, str]:
    """Return what was recalibrated, and from which outcomes, in both languages."""
    version, figures_of = block["version"], block["figures_of"]
    first, last = block["first_cutoff"][:10], block["last_cutoff"][:10]
    rate = share(block["conversions"] / max(1, block["snapshots"]))
    rows, leads = (f"{block[name]:,}" for name in ("snapshots", "leads"))
    return {
        "en": f"It is a recalibration of version {version}, from the outcomes of {rows} snapshots "
        f"of {leads} leads with cutoffs from {first} to {last}, of which {rate} converted: the "
        "same trees and the same order, other probabilities. Log loss, calibration error and mean "
        f"probabilities below were measured on version {figures_of}, before the repair.",
        "ja": f"バージョン{version}の確率を較正し直したものです。基準時点が{first}から{last}までの"
        f"{leads}リード・{rows}時点の結果（成約率{rate}）によります。木と順位は同じで、確率だけが"
        f"異なります。以下の対数損失・較正誤差・予測の平均は、較正し直す前のバージョン{figures_of}の"
        "値です。",
    }


def _fetched(registry: Registry, version: Version) -> dict[str, Any] | None:
    with tempfile.TemporaryDirectory() as folder:
        paths = registry.fetch_card(version, Path(folder)) and [*Path(folder).rglob(CARD)]
        return json.loads(paths[0].read_text("utf-8")) if paths else None
