"""The registry: runs, versions and aliases, kept by MLflow, which no other module imports.

Decided here: a run is one trained artifact, found again by the artifact's fingerprint, so that a
stage done twice logs once. A version is registered from a run; the alias `champion` marks the one
that answers, `challenger` the one that would replace it. Without a URL the registry is a SQLite
file beside its artifacts. Nothing here reports home: telemetry is off before MLflow is imported.
"""

import json
import logging
import os
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import pandas as pd

from features.errors import ArtifactMissing, BadRequest
from models.registered import Predictor, RegistrySettings, Run, Version

FINGERPRINT_TAG: Final = "mikomi.artifact"
ADDRESSES: Final = ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI")
"""What MLflow writes into the environment, for its children to inherit."""
MODEL_CODE: Final = """\
from models.pyfunc_model import RankedLeads
from models.registry import declare

declare(RankedLeads())
"""
"""All the code that a logged model carries: where to find the model in the installed project."""


class Registry:
    """The registry at a URL, or in a local directory."""

    def __init__(self, settings: RegistrySettings, local: Path) -> None:
        self._settings = settings
        self._local = local.absolute()
        self._mlflow = _mlflow()
        if settings.url is None:
            self._local.mkdir(parents=True, exist_ok=True)
        self.url = settings.url or f"sqlite:///{self._local / 'mlflow.db'}"
        with _quiet():
            self._client = self._mlflow.MlflowClient(self.url, self.url)
            self._experiment_id = self._experiment()

    def _experiment(self) -> str:
        name = self._settings.experiment
        found = self._client.get_experiment_by_name(name)
        if found is not None:
            return str(found.experiment_id)
        place = (self._local / "files").as_uri() if self._settings.url is None else None
        return str(self._client.create_experiment(name, artifact_location=place))

    def find_run(self, fingerprint: str) -> str | None:
        """Find the run of an artifact, if it was logged."""
        with _quiet():
            runs = self._client.search_runs(
                [self._experiment_id], f"tags.`{FINGERPRINT_TAG}` = '{fingerprint}'", max_results=1
            )
        return str(runs[0].info.run_id) if runs else None

    def log(self, run: Run, files: Mapping[str, Path] | None = None) -> str:
        """Log what is known of an artifact into its run, which is made when it is not there.

        Parameters
        ----------
        run
            Parameters, metrics, inputs, revision.
        files
            Folder in the run -> file or directory to keep there.

        Returns
        -------
        The run's id.
        """
        with _quiet():
            run_id = self.find_run(run.fingerprint) or self._begin(run)
            self._log_numbers(run_id, run.metrics)
            for folder, path in (files or {}).items():
                log = self._client.log_artifacts if path.is_dir() else self._client.log_artifact
                log(run_id, str(path), folder)
            self._client.set_terminated(run_id)
        return run_id

    def _begin(self, run: Run) -> str:
        tags = {FINGERPRINT_TAG: run.fingerprint}
        if run.revision:
            tags["mlflow.source.git.commit"] = run.revision
        entities = self._mlflow.entities
        made = self._client.create_run(self._experiment_id, tags=tags)
        params = [entities.Param(name, str(value)) for name, value in run.params.items()]
        self._client.log_batch(made.info.run_id, params=params)
        inputs = [
            entities.DatasetInput(entities.Dataset(name, digest[:36], "local", json.dumps(digest)))
            for name, digest in run.inputs.items()
        ]
        if inputs:
            self._client.log_inputs(made.info.run_id, inputs)
        return str(made.info.run_id)

    def _log_numbers(self, run_id: str, metrics: Mapping[str, float]) -> None:
        for name, value in metrics.items():
            self._client.log_metric(run_id, name, float(value))

    def register(self, run_id: str, artifact: Path, example: pd.DataFrame) -> Version:
        """Register the artifact of a run as a version, once, and make it the challenger.

        Parameters
        ----------
        run_id
            The run that the artifact belongs to.
        artifact
            Directory of the artifact.
        example
            A few rows of feature columns; with their answers they make the signature.
        """
        for version in self.versions():
            if version.run_id == run_id:
                return version
        with _quiet(), self._addressed():
            number = self._log_model(run_id, artifact, example)
            self._client.set_registered_model_alias(self._settings.model, "challenger", number)
        return self.version(str(number))

    def _log_model(self, run_id: str, artifact: Path, example: pd.DataFrame) -> int:
        with tempfile.TemporaryDirectory() as folder:
            code = Path(folder) / "model_code.py"
            code.write_text(MODEL_CODE, encoding="utf-8")
            with self._mlflow.start_run(run_id=run_id):
                info = self._mlflow.pyfunc.log_model(
                    name="model",
                    python_model=str(code),
                    artifacts={"artifact": str(artifact)},
                    signature=self._signature(example),
                    pip_requirements=["mikomi"],
                    registered_model_name=self._settings.model,
                )
        return int(info.registered_model_version)

    def _signature(self, example: pd.DataFrame) -> Any:
        from models.pyfunc_model import ANSWER_COLUMNS  # noqa: PLC0415

        types = self._mlflow.types.schema
        kinds = {"number": "double", "text": "string"}
        inputs = [types.ColSpec("double", name, required=False) for name in example.columns]
        outputs = [
            types.ColSpec(
                types.Array(types.DataType.string) if kind == "texts" else kinds[kind], name
            )
            for name, kind in ANSWER_COLUMNS.items()
        ]
        return self._mlflow.models.ModelSignature(types.Schema(inputs), types.Schema(outputs))

    def versions(self) -> list[Version]:
        """List the versions, newest first."""
        name = self._settings.model
        with _quiet():
            try:
                aliases = self._client.get_registered_model(name).aliases
            except self._mlflow.exceptions.MlflowException as error:
                if error.error_code != "RESOURCE_DOES_NOT_EXIST":
                    raise
                return []
            found = self._client.search_model_versions(f"name = '{name}'")
        named: dict[int, list[str]] = {}
        for alias, number in aliases.items():
            named.setdefault(int(number), []).append(alias)
        versions = [_version(entry, named.get(int(entry.version), [])) for entry in found]
        return sorted(versions, key=lambda version: -version.number)

    def fetch_card(self, version: Version, into: Path) -> bool:
        """Copy the card of a version into a directory that is there; say whether there is one."""
        with _quiet():
            there = bool(self._client.list_artifacts(version.run_id, "card"))
            _ = there and self._client.download_artifacts(version.run_id, "card", str(into))
        return there

    def version(self, which: str) -> Version:
        """Find a version by its number or by an alias."""
        versions = self.versions()
        for version in versions:
            if which == str(version.number) or which in version.aliases:
                return version
        known = ", ".join(str(version.number) for version in versions) or "none"
        raise BadRequest.of(
            f"version {which} of the model {self._settings.model}",
            f"a version or an alias of the registry {self.url} (versions: {known})",
            "see `mikomi models`",
        )

    def champion(self) -> Version | None:
        """Tell the version that answers, if there is one."""
        return next((one for one in self.versions() if "champion" in one.aliases), None)

    def crown(self, version: Version, tags: Mapping[str, str]) -> None:
        """Make a version the champion; the version before it keeps its number and its run."""
        name = self._settings.model
        with _quiet():
            self.note(version, tags)
            self._client.set_registered_model_alias(name, "champion", version.number)
            challenger = next((v for v in self.versions() if "challenger" in v.aliases), None)
            if challenger is not None and challenger.number == version.number:
                self._client.delete_registered_model_alias(name, "challenger")

    def note(self, version: Version, tags: Mapping[str, str]) -> None:
        """Write facts about a version beside it."""
        with _quiet():
            for key, value in tags.items():
                self._client.set_model_version_tag(
                    self._settings.model, str(version.number), key, value
                )

    def fetch(self, which: str, into: Path) -> Version:
        """Copy the artifact of a version to the directory `into`, which must not be there.

        Raises
        ------
        ArtifactMissing
            If the version's files are gone.
        """
        version = self.version(which)
        uri = f"models:/{self._settings.model}/{version.number}"
        with _quiet(), self._addressed(), tempfile.TemporaryDirectory(dir=into.parent) as folder:
            copied = Path(
                self._mlflow.artifacts.download_artifacts(artifact_uri=uri, dst_path=folder)
            )
            found = [path.parent for path in copied.rglob("manifest.json")]
            if not found:
                raise ArtifactMissing.of(
                    f"version {version.number} without an artifact in {uri}",
                    "a directory with manifest.json",
                    "register it again with `mikomi promote`",
                )
            found[0].rename(into)
        return version

    @contextmanager
    def _addressed(self) -> Iterator[None]:
        """Let MLflow's own functions talk to this registry, and to the former one afterwards."""
        tracking, registry = self._mlflow.get_tracking_uri(), self._mlflow.get_registry_uri()
        before = {name: os.environ.get(name) for name in ADDRESSES}
        self._mlflow.set_tracking_uri(self.url)
        self._mlflow.set_registry_uri(self.url)
        try:
            yield
        finally:
            self._mlflow.set_tracking_uri(tracking)
            self._mlflow.set_registry_uri(registry)
            for name, address in before.items():
                os.environ.pop(name, None)
                os.environ |= {} if address is None else {name: address}


def declare(model: Predictor) -> None:
    """Tell MLflow that this is the model of the code that it is loading just now."""
    mlflow = _mlflow()

    class Declared(mlflow.pyfunc.PythonModel):  # type: ignore[name-defined, misc]
        def load_context(self, context: Any) -> None:
            model.load(Path(context.artifacts["artifact"]))

        def predict(
            self,
            context: Any,  # noqa: ARG002 - MLflow's signature
            model_input: pd.DataFrame,
            params: dict[str, Any] | None = None,  # noqa: ARG002 - MLflow's signature
        ) -> pd.DataFrame:
            return model.predict(model_input)

    mlflow.models.set_model(Declared())


def _version(entry: Any, aliases: list[str]) -> Version:
    return Version(
        number=int(entry.version),
        run_id=str(entry.run_id),
        aliases=tuple(sorted(aliases)),
        tags=dict(entry.tags),
        registered_at_ms=int(entry.creation_timestamp),
    )


def _mlflow() -> ModuleType:
    """Import MLflow, which takes seconds, when it is needed and with its telemetry off."""
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    os.environ["DO_NOT_TRACK"] = "true"
    os.environ["MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR"] = "false"
    with _quiet():
        import mlflow  # noqa: PLC0415 - as the docstring says
    logging.getLogger("mlflow").setLevel(logging.WARNING)
    return mlflow  # type: ignore[no-any-return]


@contextmanager
def _quiet() -> Iterator[None]:
    """Ignore what MLflow's own code is warned about, and only there."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"mlflow(\..*)?$")
        warnings.filterwarnings("ignore", message="IProgress not found", module="tqdm")
        yield
