"""The artifact: a trained model and everything it needs, as files that hold no code.

Decided here: LightGBM's text, JSON and Parquet, and a manifest with the hash of every file::

    manifest.json      format version, fingerprint, size and SHA-256 of every other file
    model.json         scorecard, weights, calibration, interval, choices
    trees.txt          the booster, if there is one
    estimator.bin      an own model in its place, saved without pickle
    catalog.json       the features and their vocabulary
    reference.json     the reference population and the bands
    evidence.json      bins and proven concepts
    evidence.parquet   training snapshots, leads and conversions per bin
    about.json         where it came from: data, parameters, versions, figures
    reading.json       how records are read: values, missing words, numbers, zone; if it is known
    contact.json       what a contact adds to whom, if contacts were tested

Saving writes to a new directory beside the target and renames it. Loading checks every hash first,
and refuses unknown formats and files. The fingerprint is the hash of all hashes: the model's
identity.
"""

import hashlib
import io
import json
import os
import shutil
import tempfile
import uuid
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from features.catalog.catalog import Catalog
from features.errors import ArtifactError, ArtifactMissing, ArtifactTampered, CatalogMismatch, Fault
from features.reading.reading import PLAIN, RecordReading
from models.artifact import remote
from models.contact.contact_part import ContactPart
from models.explain.proof.evidence import Evidence
from models.model.lead_model import LeadModel
from models.model.own_model import OwnModel
from models.model.reference import Reference

FORMAT_VERSION = 3
MANIFEST = "manifest.json"
_TREES = "trees.txt"
_OWN = "estimator.bin"
_REQUIRED = frozenset(
    {
        "model.json",
        "catalog.json",
        "reference.json",
        "evidence.json",
        "evidence.parquet",
        "about.json",
    }
)
_READING = "reading.json"
_CONTACT = "contact.json"
_ALLOWED = _REQUIRED | {_TREES, _OWN, _READING, _CONTACT}


@dataclass(frozen=True)
class Artifact:
    """A trained model and everything it needs.

    Attributes
    ----------
    model
        From features to a probability.
    catalog
        The features that the model expects.
    reference
        What scores and bands are measured against.
    evidence
        The evidence behind reasons.
    about
        Where the model came from, as plain data.
    reading
        How the records that it learned from were read.
    contact
        What a contact adds, from a test; None without one.
    """

    model: LeadModel
    catalog: Catalog
    reference: Reference
    evidence: Evidence
    about: dict[str, Any] = field(default_factory=dict)
    reading: RecordReading = PLAIN
    contact: ContactPart | None = None

    def __post_init__(self) -> None:
        """Refuse a model and a catalog that do not belong together."""
        if self.model.names != self.catalog.names:
            raise CatalogMismatch.of(
                f"a model of {len(self.model.names)} columns",
                f"the {len(self.catalog.names)} columns of the catalog, in their order",
                "train the model on features of this catalog",
            )

    @cached_property
    def files(self) -> dict[str, bytes]:
        """Name and content of every file but the manifest."""
        table = io.BytesIO()
        self.evidence.counts().to_parquet(table, index=False)
        files = {
            "model.json": _json(self.model.to_json()),
            "catalog.json": self.catalog.to_json().encode(),
            "reference.json": _json(self.reference.to_json()),
            "evidence.json": _json(self.evidence.to_json()),
            "evidence.parquet": table.getvalue(),
            "about.json": _json(self.about),
        }
        if isinstance(self.model.booster, OwnModel):
            files[_OWN] = self.model.booster.content
        elif self.model.booster is not None:
            files[_TREES] = self.model.booster.text.encode()
        if self.reading != PLAIN:
            files[_READING] = _json(self.reading.to_json())
        if self.contact is not None:
            files[_CONTACT] = _json(self.contact.to_json())
        return files

    @cached_property
    def fingerprint(self) -> str:
        """The identity of the artifact: 64 hexadecimal digits."""
        return _fingerprint({name: _sha256(content) for name, content in self.files.items()})


def save(directory: Path, artifact: Artifact) -> str:
    """Write an artifact, whole or not at all, and return its fingerprint.

    Parameters
    ----------
    directory
        Where to write; an artifact that exists there is replaced.
    artifact
        The artifact.
    """
    if remote.is_remote(directory):
        fresh = remote.version(directory, uuid.uuid4().hex)
        remote.make_folder(fresh)
        for name, content in (artifact.files | {MANIFEST: _manifest(artifact)}).items():
            (fresh / name).write_bytes(content)
        remote.publish(fresh)
        return artifact.fingerprint
    directory.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{directory.name}.", dir=directory.parent))
    try:
        beside.chmod(0o755)
        for name, content in (artifact.files | {MANIFEST: _manifest(artifact)}).items():
            with (beside / name).open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        _move(beside, directory)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return artifact.fingerprint


def load(directory: Path) -> Artifact:
    """Read an artifact after checking every hash.

    Raises
    ------
    ArtifactMissing
        If there is no artifact.
    ArtifactTampered
        If a file is missing, surplus, or differs from the manifest.
    ArtifactError
        If its format is unknown to this version.
    """
    directory = remote.current(directory)
    files = _checked(directory, _read_manifest(directory))
    raw = json.loads(files["model.json"])
    trees = files.get(_TREES)
    return Artifact(
        model=LeadModel.from_json(raw, None if trees is None else trees.decode(), files.get(_OWN)),
        catalog=Catalog.from_json(files["catalog.json"].decode()),
        reference=Reference.from_json(json.loads(files["reference.json"])),
        evidence=Evidence.from_parts(
            json.loads(files["evidence.json"]),
            pd.read_parquet(io.BytesIO(files["evidence.parquet"])),
        ),
        about=json.loads(files["about.json"]),
        reading=RecordReading.from_json(json.loads(files[_READING]))
        if _READING in files
        else PLAIN,
        contact=ContactPart.from_json(json.loads(files[_CONTACT])) if _CONTACT in files else None,
    )


def read_fingerprint(directory: Path) -> str:
    """Read the identity of a saved artifact without loading it."""
    return str(_read_manifest(remote.current(directory))["fingerprint"])


def _manifest(artifact: Artifact) -> bytes:
    entries = {
        name: {"sha256": _sha256(content), "bytes": len(content)}
        for name, content in sorted(artifact.files.items())
    }
    return _json(
        {
            "format_version": FORMAT_VERSION,
            "fingerprint": artifact.fingerprint,
            "catalog": artifact.catalog.fingerprint,
            "files": entries,
        }
    )


def _move(beside: Path, directory: Path) -> None:
    """Replace the old directory by the new one."""
    if not directory.exists():
        beside.rename(directory)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{directory.name}.", dir=directory.parent))
    directory.rename(old)
    beside.rename(directory)
    shutil.rmtree(old)


def _read_manifest(directory: Path) -> dict[str, Any]:
    path = directory / MANIFEST
    if not path.is_file():
        raise ArtifactMissing.of(
            f"no {MANIFEST} in {directory}", "a saved artifact", "train a model first"
        )
    try:
        raw = json.loads(path.read_bytes())
        version, names = raw["format_version"], set(raw["files"])
        hashes = {name: str(entry["sha256"]) for name, entry in raw["files"].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _tampered(MANIFEST, "a manifest of this product") from error
    if version != FORMAT_VERSION:
        raise ArtifactError.of(
            f"format version {version!r} in {directory}",
            f"format version {FORMAT_VERSION}",
            "use the version of mikomi that wrote it, or train it again",
        )
    if raw.get("fingerprint") != _fingerprint(hashes) or not _REQUIRED <= names <= _ALLOWED:
        raise _tampered(MANIFEST, "the files and hashes that were saved")
    return dict(raw)


def _checked(directory: Path, manifest: dict[str, Any]) -> dict[str, bytes]:
    """Read all files of the manifest; name every one that is missing, surplus or changed."""
    faults, files = [], {}
    for name, entry in manifest["files"].items():
        path = directory / name
        files[name] = path.read_bytes() if path.is_file() else b""
        if not path.is_file() or _sha256(files[name]) != entry["sha256"]:
            faults.append(_fault(name, "the content that was saved"))
    surplus = {path.name for path in directory.iterdir()} - set(manifest["files"]) - {MANIFEST}
    faults += [_fault(name, "no such file") for name in sorted(surplus & _ALLOWED)]
    if _sha256(files["catalog.json"]) != manifest.get("catalog"):
        faults.append(_fault("catalog.json", "the catalog named in the manifest"))
    if faults:
        raise ArtifactTampered(faults)
    return files


def _fault(name: str, expected: str) -> Fault:
    return Fault(f"{name} missing or changed", expected, "restore the artifact or train it again")


def _tampered(name: str, expected: str) -> ArtifactTampered:
    return ArtifactTampered([_fault(name, expected)])


def _fingerprint(hashes: dict[str, str]) -> str:
    return _sha256(json.dumps(hashes, sort_keys=True).encode())


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _json(raw: Any) -> bytes:
    return (
        json.dumps(raw, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False) + "\n"
    ).encode()
