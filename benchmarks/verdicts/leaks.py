"""Which columns the leak checks name: on the mappings as shipped, and with their care taken out.

Decided here: all checks, on the features of every matured snapshot. "Careless" moves what
`known_later` holds into the attributes and forgets `outcome_activities`; every column that it lets
in has to be named by a failure or a warning, and the strict mapping may have one warning.

    x_education, uci_bank, online_shoppers, bpic2012   real data, examples/
    sample                                             the sample company, its planted leaks
    leadforge                                          another company made by machine
"""

import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import yaml

from benchmarks import harness
from benchmarks.verdicts import leaks_leadforge
from pipelines import sample
from pipelines.intake.mapping.file import content
from pipelines.leaks.check import CheckResult
from pipelines.run.params_file import load
from pipelines.run.stage_context import Job
from pipelines.run.workspace import Workspace
from pipelines.stages import featurize, ingest, leaks, snapshot

ROOT: Final = Path(__file__).parents[2]
NAMES: Final = ("x_education", "uci_bank", "online_shoppers", "bpic2012", "sample", "leadforge")
SAMPLE_LEADS: Final = 4000
NUMBERS: Final = ("duration", "PageValues", "total_touches_all")


def careless(mapping: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Take the care out of a mapping; tell what it lets in."""
    let_in: list[str] = []
    for lead in mapping["leads"]:
        for column in lead.pop("known_later", {}):
            lead.setdefault("attributes", {})[column] = _kind(column)
            let_in.append(column)
    return mapping, [*let_in, *mapping.pop("outcome_activities", ())]


def _kind(column: str) -> str:
    return "number" if column.endswith("Score") or column in NUMBERS else "category"


def looked(params_path: Path, mapping: Path, work: Path) -> list[CheckResult]:
    """Ingest, draw, compute the features, and let every check answer."""
    params = load(params_path)
    object.__setattr__(params.source, "mapping", str(mapping))
    job = Job(params, Workspace(mapping.stem, work))
    for one in (ingest, snapshot, featurize):
        one.run(job)
    return leaks.check(leaks.evidence(job))


def compared(params_path: Path, work: Path) -> dict[str, Any]:
    """Look at one data set, strict and careless."""
    strict = Path(load(params_path).source.mapping)
    strict = strict if strict.is_absolute() else ROOT / strict
    text, let_in = careless(content(strict.read_text("utf-8")))
    forgotten = strict.with_name(".careless.yaml")
    forgotten.write_text(yaml.safe_dump(text, allow_unicode=True), "utf-8")
    try:
        bad = looked(params_path, forgotten, work)
    finally:
        forgotten.unlink()
    good = looked(params_path, strict, work)
    return {
        "careless": _plain(bad),
        "strict": _plain(good),
        "let_in": {name: _named_by(bad, name) for name in let_in},
        "strict_warnings": sum(one.verdict == "warn" for one in good),
        "strict_failures": sum(one.verdict == "fail" for one in good),
    }


def _plain(answers: list[CheckResult]) -> dict[str, Any]:
    return {one.code: {"verdict": one.verdict, "found": one.observed} for one in answers}


def _named_by(answers: list[CheckResult], name: str) -> dict[str, list[str]]:
    """Return which checks fail, and which warn, for a column."""
    named = [one for one in answers if {name, f"profile__{name}"} & set(one.names)]
    return {kind: [one.code for one in named if one.verdict == kind] for kind in ("fail", "warn")}


def _example(name: str) -> Callable[[Path], Path]:
    return lambda _: ROOT / "examples" / name / "params.yaml"


def _sample(work: Path) -> Path:
    export = work / "export"
    sample.write(sample.make(sample.SampleSettings(SAMPLE_LEADS, 7)), export)
    os.environ["MIKOMI_SAMPLE"] = str(export)
    return ROOT / "params.yaml"


def main(names: list[str]) -> None:
    """Write the table; data sets that are not named keep their lines."""
    made: dict[str, Callable[[Path], Path]] = {name: _example(name) for name in NAMES}
    made |= {"sample": _sample, "leadforge": leaks_leadforge.export}
    before = harness.RESULTS / "leaks.json"
    results: dict[str, Any] = json.loads(before.read_text("utf-8"))["data"] if names else {}
    for name in names or NAMES:
        with tempfile.TemporaryDirectory() as work:
            results[name] = compared(made[name](Path(work)), Path(work))
        sys.stdout.write(f"{name}: {results[name]['let_in']}\n{results[name]['strict']}\n")
    harness.write("leaks", {"data": results}, "lightgbm", "leadforge")


if __name__ == "__main__":
    main(sys.argv[1:])
