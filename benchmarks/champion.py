"""The champion of `make demo`, which the benchmarks of serving, store, pages and scoring run.

Decided here: a speed is of a model of some size, so each of these results states features, trees
and leaves of the model behind it; a scorecard without trees would make it look quick.
"""

import json
import re
from pathlib import Path
from typing import Any

from models.artifact import artifact
from models.artifact.artifact import Artifact
from models.model.lead_model import LeadModel
from serve.scoring.loaded_model import LoadedModel

SERVED = Path(__file__).resolve().parents[1] / "artifacts" / "serve"
"""Where `mikomi serve` puts the champion."""


def pointer() -> dict[str, Any]:
    """Read which version the server answers by."""
    content: dict[str, Any] = json.loads((SERVED / "champion.json").read_text("utf-8"))
    return content


def load() -> Artifact:
    """Load the served champion."""
    return artifact.load(SERVED / "models" / pointer()["fingerprint"])


def loaded() -> LoadedModel:
    """Load the served champion as a worker of the server does."""
    return LoadedModel(load(), pointer()["version"])


def size(model: LeadModel) -> dict[str, int]:
    """Count features, trees, and the leaves of the largest tree and of all."""
    leaves = [] if model.booster is None else leaves_of(model.booster.text)
    return {
        "features": len(model.names),
        "trees": len(leaves),
        "most_leaves": max(leaves, default=0),
        "leaves": sum(leaves),
    }


def leaves_of(text: str) -> list[int]:
    r"""Read the leaves of every tree from LightGBM's text.

    >>> leaves_of("Tree=0\nnum_leaves=8\n\nTree=1\nnum_leaves=5\n")
    [8, 5]
    """
    return [int(count) for count in re.findall(r"^num_leaves=(\d+)$", text, flags=re.MULTILINE)]
