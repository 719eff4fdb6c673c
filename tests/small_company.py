"""A small sample company, and the command line run upon it in a folder of its own."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from pipelines.__main__ import main

ROOT = Path(__file__).parents[1]
PARAMS = f"""
workspace: small
source: {{mapping: {ROOT}/examples/sample/mapping.yaml, export: export, leads_per_partition: 250}}
cohort: {{every_days: 60, early_age_hours: [24], horizon_days: 90}}
features: {{windows_days: [30], min_support: 60, max_topics: 4, sequence_length: 1}}
train:
  folds: 2
  seed: 3
  scorecard: {{penalties: [10.0]}}
  booster: {{max_trees: 12, learning_rate: 0.1, patience: 4}}
evaluate: {{redraws: 20, learning_fractions: [], explained_rows: 60}}
tune: {{trials: 2, folds: 1}}
promote: {{confidence: 0.0}}
score: {{batch_rows: 100}}
"""


@contextmanager
def inside(folder: Path) -> Iterator[None]:
    """Work in a folder, with its export as the sample company's."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        with patch.dict(os.environ, {"MIKOMI_SAMPLE": str(folder / "export")}):
            yield
    finally:
        os.chdir(before)


def mikomi(folder: Path, *words: str) -> int:
    """Run the command line in a folder, in this process; tell its exit code."""
    with inside(folder), patch.object(sys, "argv", ["mikomi", *words]):
        try:
            return main()
        except SystemExit as end:
            return int(end.code or 0)


def create_company(folder: Path, leads: int = 600) -> None:
    """Write the params and the export of the small company into a folder."""
    (folder / "params.yaml").write_text(PARAMS, encoding="utf-8")
    assert mikomi(folder, "sample", "--leads", str(leads), "--seed", "5", "--out", "export") == 0
