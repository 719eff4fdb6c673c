"""Runs in MLflow: the rows that were learned from, and runs inside a run."""

import json
from pathlib import Path

from models.registry.registry_types import RegistrySettings, Run, RunData
from models.registry.runs import RunLog


def test_a_run_describes_its_rows_and_lies_inside_its_search(tmp_path: Path) -> None:
    runs = RunLog(RegistrySettings(), tmp_path)
    data = RunData({"age__days": "double"}, {"snapshots": 7})
    whole = runs.log(Run("tune-x", inputs={"leads.csv": "ab" * 32}, name="tune x", data=data))
    parts = [runs.log(Run(f"{name}-1", parent=name)) for name in ("tune-x", "tune-y")]
    tags = [runs._client.get_run(one).data.tags for one in parts]
    assert [one.get("mlflow.parentRunId") for one in tags] == [whole, None]
    inputs = runs._client.get_run(whole).inputs.dataset_inputs
    learned = next(one.dataset for one in inputs if one.dataset.name == "learning rows")
    columns = json.loads(learned.schema)["mlflow_colspec"]
    assert columns == [{"name": "age__days", "type": "double"}]
    assert json.loads(learned.profile) == {"snapshots": 7}
