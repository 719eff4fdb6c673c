"""Which columns the leak checks name: on the mappings as shipped, and with their care taken out.

Decided here: the checks that read tables (L002, L004), on every matured snapshot, without features.
"Careless" moves what `known_later` holds into the attributes and forgets `outcome_activities`.
"""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

import numpy as np
import yaml

from pipelines import ingest, partitions, snapshot, stored
from pipelines.job import Job
from pipelines.leaks.catalogue import CHECKS
from pipelines.leaks.check import Evidence
from pipelines.params_file import load
from pipelines.workspace import Workspace

ROOT: Final = Path(__file__).parents[1]
NAMES: Final = ("x_education", "uci_bank", "bpic2012")
OF_TABLES: Final = ("L002", "L004")


def careless(mapping: dict[str, Any]) -> dict[str, Any]:
    """Take the care out of a mapping."""
    for lead in mapping["leads"]:
        for column in lead.pop("known_later", {}):
            lead.setdefault("attributes", {})[column] = _kind(column)
    mapping.pop("outcome_activities", None)
    return mapping


def _kind(column: str) -> str:
    return "number" if column.endswith("Score") or column == "duration" else "category"


def flagged(name: str, work: Path, *, strict: bool) -> dict[str, Any]:
    """Ingest, draw, check; tell the verdict and the names of each check."""
    path = ROOT / "examples" / name / "mapping.yaml"
    if not strict:
        text = yaml.safe_load(path.read_text("utf-8"))
        path = path.with_name(f".careless-{name}.yaml")
        path.write_text(yaml.safe_dump(careless(text), allow_unicode=True), "utf-8")
    try:
        params = load(ROOT / "examples" / name / "params.yaml")
        object.__setattr__(params.source, "mapping", str(path))
        job = Job(params, Workspace(f"{name}-{strict}", work))
        ingest.run(job)
        snapshot.run(job)
    finally:
        if not strict:
            path.unlink()
    rows = stored.read_snapshots(job.places.snapshots)
    rows = rows[rows["label"].notna()].reset_index(drop=True)
    nothing = np.zeros(0, dtype=np.intp)
    tables = partitions.read_all(job.places.tables)
    evidence = Evidence(tables, rows, nothing, nothing, params.cohort.outcome)
    answers = [one.answer(evidence) for one in CHECKS if one.code in OF_TABLES]
    return {one.code: {"verdict": one.verdict, "found": one.found} for one in answers}


def main() -> None:
    """Write the table."""
    with tempfile.TemporaryDirectory() as work:
        told = {
            name: {
                kind: flagged(name, Path(work), strict=kind == "strict")
                for kind in ("careless", "strict")
            }
            for name in NAMES
        }
    text = json.dumps(told, indent=1, ensure_ascii=False)
    (ROOT / "benchmarks" / "results" / "leaks.json").write_text(text + "\n", "utf-8")
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    main()
