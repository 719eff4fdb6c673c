"""Runs: parameters, metrics and inputs of each trained artifact, identified by its fingerprint.

Decided here: there is one run per artifact, so that a repeated stage logs once. A logged model
carries the code that scores (`models.registry.carried_code`), and loads without this project.
"""

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pandas as pd

from features.catalog.catalog import Catalog
from models.registry import moved
from models.registry.carried_code import MODEL_CODE, carry, requirements
from models.registry.mlflow_client import mlflow_module, quiet, unpooled
from models.registry.model_columns import ANSWER_COLUMNS, INPUT_COLUMNS, example_rows
from models.registry.reachable import RegistryPlace
from models.registry.registry_types import RegistrySettings, Run, RunData

FINGERPRINT_TAG: Final = "mikomi.artifact"


class RunLog:
    """The runs of the registry at a URL, or in a local directory."""

    def __init__(self, settings: RegistrySettings, local: Path) -> None:
        self._settings = settings
        self._local = local.absolute()
        self._mlflow = mlflow_module()
        if settings.url is None:
            self._local.mkdir(parents=True, exist_ok=True)
        self.url = settings.url or f"sqlite:///{self._local / 'mlflow.db'}"
        unpooled(self.url)
        self.place = RegistryPlace(self.url, None if settings.url else self._local / moved.FILES)
        with self._reached():
            self._follow_folder()
            self._client = self._mlflow.MlflowClient(self.url, self.url)
            self._experiment_id = self._experiment()

    def _follow_folder(self) -> None:
        """Let the addresses of a local registry follow its folder, if that was moved."""
        if self._settings.url is None:
            moved.follow(self._local / "mlflow.db")

    @contextmanager
    def _reached(self) -> Iterator[None]:
        """Call MLflow without its warnings, and with its faults of the machine in words."""
        with quiet(), self.place.reached():
            yield

    def _experiment(self) -> str:
        name = self._settings.experiment
        experiment = self._client.get_experiment_by_name(name)
        if experiment is not None:
            return str(experiment.experiment_id)
        place = (self._local / moved.FILES).as_uri() if self._settings.url is None else None
        return str(self._client.create_experiment(name, artifact_location=place))

    def find_run(self, fingerprint: str) -> str | None:
        """Return the id of the run of an artifact, if it was logged."""
        with self._reached():
            runs = self._client.search_runs(
                [self._experiment_id], f"tags.`{FINGERPRINT_TAG}` = '{fingerprint}'", max_results=1
            )
        return str(runs[0].info.run_id) if runs else None

    def log(self, run: Run, files: Mapping[str, Path] | None = None) -> str:
        """Log an artifact's facts into its run, which is created if it does not exist.

        Parameters
        ----------
        run
            Parameters, metrics, inputs, revision.
        files
            Folder in the run -> file or directory to store there.

        Returns
        -------
        The run's id.
        """
        with self._reached():
            run_id = self.find_run(run.fingerprint) or self._begin(run)
            self._log_numbers(run_id, run.metrics)
            for folder, path in (files or {}).items():
                log = self._client.log_artifacts if path.is_dir() else self._client.log_artifact
                log(run_id, str(path), folder)
            self._client.set_terminated(run_id)
        return run_id

    def _begin(self, run: Run) -> str:
        tags = {**run.tags, FINGERPRINT_TAG: run.fingerprint}
        if run.revision:
            tags["mlflow.source.git.commit"] = run.revision
        if run.parent and (parent := self.find_run(run.parent)):
            tags["mlflow.parentRunId"] = parent
        entities = self._mlflow.entities
        name = run.name or None
        made = self._client.create_run(self._experiment_id, tags=tags, run_name=name)
        params = [entities.Param(name, str(value)) for name, value in run.params.items()]
        self._client.log_batch(made.info.run_id, params=params)
        inputs = [
            entities.DatasetInput(entities.Dataset(name, digest[:36], "local", json.dumps(digest)))
            for name, digest in run.inputs.items()
        ]
        if run.data is not None:
            inputs.append(self._learned_from(run.data, run.fingerprint))
        if inputs:
            self._client.log_inputs(made.info.run_id, inputs)
        return str(made.info.run_id)

    def _learned_from(self, data: RunData, fingerprint: str) -> Any:
        """Describe the rows as MLflow's page of data sets shows them: columns and profile."""
        entities = self._mlflow.entities
        columns = [{"name": name, "type": kind} for name, kind in data.columns.items()]
        about = entities.Dataset(
            "learning rows",
            fingerprint[:36],
            "local",
            json.dumps(fingerprint),
            schema=json.dumps({"mlflow_colspec": columns}),
            profile=json.dumps(dict(data.profile)),
        )
        context = entities.InputTag("mlflow.data.context", "training")
        return entities.DatasetInput(about, [context])

    def _log_numbers(self, run_id: str, metrics: Mapping[str, float]) -> None:
        """Write all of them in one transaction, at one moment of MLflow's own clock."""
        now, entities = self._mlflow.utils.time.get_current_time_millis(), self._mlflow.entities
        written = [entities.Metric(name, float(value), now, 0) for name, value in metrics.items()]
        self._client.log_batch(run_id, metrics=written)

    def log_model(self, run_id: str, artifact: Path) -> int:
        """Store an artifact in its run as a registered model.

        Parameters
        ----------
        run_id
            The run.
        artifact
            Directory of the artifact.

        Returns
        -------
        The number of the version.
        """
        with tempfile.TemporaryDirectory() as folder:
            code = Path(folder) / "model_code.py"
            code.write_text(MODEL_CODE, encoding="utf-8")
            carried = carry(Path(folder))
            with self._mlflow.start_run(run_id=run_id):
                info = self._mlflow.pyfunc.log_model(
                    name="model",
                    python_model=str(code),
                    artifacts={"artifact": str(artifact)},
                    code_paths=carried,
                    signature=self._signature(),
                    input_example=_example(artifact),
                    pip_requirements=requirements(),
                    registered_model_name=self._settings.model,
                )
        return int(info.registered_model_version)

    def _signature(self) -> Any:
        types = self._mlflow.types.schema
        kinds = {
            "number": "double",
            "truth": "boolean",
            "text": "string",
            "texts": types.Array(types.DataType.string),
            "value": types.AnyType(),
            "attributes": types.Map(types.AnyType()),
            "records": types.Array(types.AnyType()),
        }
        inputs = [types.ColSpec(kinds[kind], name) for name, kind in INPUT_COLUMNS.items()]
        outputs = [types.ColSpec(kinds[kind], name) for name, kind in ANSWER_COLUMNS.items()]
        return self._mlflow.models.ModelSignature(types.Schema(inputs), types.Schema(outputs))


def _example(artifact: Path) -> pd.DataFrame:
    catalog = Catalog.from_json((artifact / "catalog.json").read_text("utf-8"))
    return pd.DataFrame(example_rows(catalog.vocabulary), columns=list(INPUT_COLUMNS), dtype=object)
