"""The registry: versions and aliases, stored by MLflow.

Decided here: a version is registered from a run; the alias `champion` marks the version in use,
`challenger` the one that would replace it. A tag of a champion names the version that it replaced,
to which a rollback returns; where somebody moved the alias with MLflow's own page or API, that is
the champion that was last observed. Without a URL the registry is a SQLite file beside its
artifacts.
"""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from features.errors import ArtifactMissing, BadRequest, MikomiError
from models.registry.mlflow_client import addressed, mlflow_module
from models.registry.registry_types import Predictor, Version
from models.registry.runs import RunLog

FORMER_TAG: Final = "mikomi.former_champion"
CHAMPION_TAG: Final = "mikomi.champion"
"""Of the registered model: the champion that was last observed, as MLflow keeps no history."""
_NOTE: Final = "mlflow.note.content"
"""Tag of a run: its description."""


class Registry(RunLog):
    """The registry at a URL, or in a local directory, with its runs."""

    def register(self, run_id: str, artifact: Path) -> Version:
        """Register the artifact of a run as a version, once, and make it the challenger.

        Parameters
        ----------
        run_id
            The run of the artifact.
        artifact
            Directory of the artifact.

        Returns
        -------
        The version; the existing one if the run has been registered before.
        """
        for version in self.versions():
            if version.run_id == run_id:
                return version
        with self._reached(), addressed(self._mlflow, self.url):
            number = self.log_model(run_id, artifact)
            self._client.set_registered_model_alias(self._settings.model, "challenger", number)
        version = self.version(str(number))
        self.describe(version, "not judged yet")
        return version

    def describe(self, version: Version, verdict: str) -> None:
        """Write what a version is as its description: what its run says, and the verdict.

        Parameters
        ----------
        version
            The version.
        verdict
            What was decided, with the grounds.
        """
        with self._reached():
            tags = self._client.get_run(version.run_id).data.tags
            lines = [one for one in (tags.get(_NOTE), verdict) if one]
            self._client.update_model_version(
                self._settings.model, str(version.number), "\n\n".join(lines)
            )

    def versions(self) -> list[Version]:
        """List the versions, newest first."""
        name = self._settings.model
        with self._reached():
            try:
                aliases = self._client.get_registered_model(name).aliases
            except self._mlflow.exceptions.MlflowException as error:
                if error.error_code != "RESOURCE_DOES_NOT_EXIST":
                    raise
                return []
            entries = self._client.search_model_versions(f"name = '{name}'")
        named: dict[int, list[str]] = {}
        for alias, number in aliases.items():
            named.setdefault(int(number), []).append(alias)
        versions = [_version(entry, named.get(int(entry.version), [])) for entry in entries]
        return sorted(versions, key=lambda version: -version.number)

    def fetch_card(self, version: Version, into: Path) -> bool:
        """Copy the card of a version into a directory.

        Parameters
        ----------
        version
            The version.
        into
            An existing directory.

        Returns
        -------
        Whether the version has a card.
        """
        with self._reached():
            there = bool(self._client.list_artifacts(version.run_id, "card"))
            _ = there and self._client.download_artifacts(version.run_id, "card", str(into))
        return there

    def version(self, which: str) -> Version:
        """Return a version by its number or by an alias.

        Raises
        ------
        BadRequest
            If there is no such version.
        """
        versions = self.versions()
        for version in versions:
            if which == str(version.number) or which in version.aliases:
                return version
        known = ", ".join(str(version.number) for version in versions) or "none"
        raise BadRequest.of(
            f"version {which} of the model {self._settings.model}",
            f"a version or an alias of the registry {self.place.shown} (versions: {known})",
            "see `mikomi models`",
        )

    def champion(self) -> Version | None:
        """Return the champion, if there is one, whoever moved the alias.

        If it is another than the last one observed, note which version it replaced.
        """
        champion = self.aliased("champion")
        if champion is None:
            return None
        observed = self._observed()
        if observed == str(champion.number):
            return champion
        if observed is not None:
            self.note(champion, {FORMER_TAG: observed})
        self._observe(champion)
        return self.aliased("champion")

    def _observed(self) -> str | None:
        """Return the number of the champion that was last observed."""
        with self._reached():
            tags = self._client.get_registered_model(self._settings.model).tags
        number = tags.get(CHAMPION_TAG)
        return None if number is None else str(number)

    def _observe(self, champion: Version) -> None:
        with self._reached():
            self._client.set_registered_model_tag(
                self._settings.model, CHAMPION_TAG, str(champion.number)
            )

    def aliased(self, alias: str) -> Version | None:
        """Return the version of an alias, if there is one."""
        return next((one for one in self.versions() if alias in one.aliases), None)

    def crown(self, version: Version, tags: Mapping[str, str]) -> None:
        """Make a version the champion; the former champion stays a version.

        Parameters
        ----------
        version
            The new champion.
        tags
            Tags that are written beside it.
        """
        name = self._settings.model
        former = self.champion()
        if former is not None and former.number != version.number:
            tags = {**tags, FORMER_TAG: str(former.number)}
        with self._reached():
            self.note(version, tags)
            self._client.set_registered_model_alias(name, "champion", version.number)
            self._observe(version)
            challenger = self.aliased("challenger")
            if challenger is not None and challenger.number == version.number:
                self._client.delete_registered_model_alias(name, "challenger")

    def former(self) -> Version:
        """Return the version that the champion replaced.

        Raises
        ------
        BadRequest
            If there is no champion, or it was the first.
        """
        champion = self.champion()
        number = None if champion is None else champion.tags.get(FORMER_TAG)
        if number is None:
            present = (
                "no champion" if champion is None else f"champion {champion.number}, the first"
            )
            raise BadRequest.of(present, "a champion that replaced another", "see `mikomi models`")
        return self.version(number)

    def restore(self, version: Version, tags: Mapping[str, str]) -> None:
        """Make a former version the champion again.

        The tag with the version that it had replaced stays, so that rollbacks can be repeated
        further back.

        Parameters
        ----------
        version
            The version that becomes champion.
        tags
            Tags that are written beside the present champion, such as the reason.
        """
        champion = self.champion()
        with self._reached():
            if champion is not None:
                self.note(champion, tags)
            self._client.set_registered_model_alias(
                self._settings.model, "champion", version.number
            )
            self._observe(version)

    def note(self, version: Version, tags: Mapping[str, str]) -> None:
        """Write tags beside a version.

        Parameters
        ----------
        version
            The version.
        tags
            Tag -> value; other tags stay.
        """
        with self._reached():
            for key, value in tags.items():
                self._client.set_model_version_tag(
                    self._settings.model, str(version.number), key, value
                )

    def fetch(self, which: str, into: Path) -> Version:
        """Copy the artifact of a version to a new directory.

        Parameters
        ----------
        which
            A number or an alias.
        into
            The directory; it must not exist.

        Raises
        ------
        ArtifactMissing
            If the version's files are gone.
        """
        version = self.version(which)
        uri = f"models:/{self._settings.model}/{version.number}"
        with (
            self._reached(),
            addressed(self._mlflow, self.url),
            tempfile.TemporaryDirectory(dir=into.parent) as folder,
        ):
            self._follow_folder()
            copied = Path(
                self._mlflow.artifacts.download_artifacts(artifact_uri=uri, dst_path=folder)
            )
            folders = [path.parent for path in copied.rglob("manifest.json")]
            if not folders:
                raise ArtifactMissing.of(
                    f"version {version.number} without an artifact in {uri}",
                    "a directory with manifest.json",
                    "restore the files of the registry, or train and promote again",
                )
            folders[0].rename(into)
        return version


def declare(model: Predictor) -> None:
    """Declare a model to MLflow, from the code that MLflow is loading."""
    from pandas import DataFrame  # noqa: PLC0415 - slow to import; MLflow reads the signature

    mlflow = mlflow_module()

    class Declared(mlflow.pyfunc.PythonModel):  # type: ignore[name-defined, misc]
        def load_context(self, context: Any) -> None:
            model.load(Path(context.artifacts["artifact"]))

        def predict(
            self,
            context: Any,  # noqa: ARG002 - MLflow's signature
            model_input: DataFrame,
            params: dict[str, Any] | None = None,  # noqa: ARG002 - MLflow's signature
        ) -> DataFrame:
            try:
                return model.predict(model_input)
            except MikomiError as error:
                raise mlflow.MlflowException.invalid_parameter_value(str(error)) from error

        def rows(self, leads: DataFrame, **records: Any) -> DataFrame:
            return model.rows(leads, **records)

    mlflow.models.set_model(Declared())


def _version(entry: Any, aliases: list[str]) -> Version:
    return Version(
        number=int(entry.version),
        run_id=str(entry.run_id),
        aliases=tuple(sorted(aliases)),
        tags=dict(entry.tags),
        registered_at_ms=int(entry.creation_timestamp),
    )
