"""The chart for Kubernetes: its values are those that its templates read, and settings exist.

Where `helm` is installed (or named by MIKOMI_HELM) the chart is linted and rendered as well.
"""

import json
import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from models.model import own_names
from serve.settings import Settings

ROOT = Path(__file__).parents[2]
CHART = ROOT / "deploy" / "helm" / "mikomi"
HELM = os.environ.get("MIKOMI_HELM") or shutil.which("helm")
IMAGES = ["--set", "image.serve=serve:1,image.train=train:1"]
EVERYTHING = [
    *IMAGES,
    "--set",
    "connect.enabled=true,networkPolicy.enabled=true",
    "--set",
    "ingress.enabled=true,ingress.host=scores,ingress.tlsSecret=tls",
]
needs_helm = pytest.mark.skipif(HELM is None, reason="helm is not installed")


def values() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((CHART / "values.yaml").read_text("utf-8"))
    return loaded


def templates() -> str:
    return "\n".join(one.read_text("utf-8") for one in sorted((CHART / "templates").iterdir()))


def leaves(nested: dict[str, Any], before: str = "") -> set[str]:
    """Return the names of all values; lists and free tables are one."""
    names: set[str] = set()
    for name, value in nested.items():
        free = not isinstance(value, dict) or name in {"settings", "resources", "annotations"}
        names |= {f"{before}{name}"} if free else leaves(value, f"{before}{name}.")
    return names


def read_in(text: str) -> set[str]:
    return set(re.findall(r"\.Values\.([A-Za-z.]+)", text))


def refused(chosen: dict[str, Any]) -> bool:
    schema = json.loads((CHART / "values.schema.json").read_text("utf-8"))
    return not jsonschema_rs.Draft7Validator(schema).is_valid(chosen)


def test_every_value_is_read_and_every_name_that_is_read_is_a_value() -> None:
    assert read_in(templates()) == leaves(values())
    assert read_in(templates().replace(".Values.registry.size", ".Values.registry.sizes")) != (
        leaves(values())
    )


def test_the_schema_takes_the_values_and_refuses_others() -> None:
    assert not refused(values())
    for section, wrong in (
        ("server", {"replicas": 0}),
        ("server", {"readinessPath": "/"}),
        ("settings", {"MIKOMI_HOST": "0.0.0.0"}),  # noqa: S104 - it is refused
        ("settings", {"MIKOMI_PORT": "9000"}),
        ("settings", {"MIKOMI_TIMEZONE": "UTC"}),
        ("settings", {"LANG": "C"}),
        ("training", {"shedule": "30 2 * * *"}),
    ):
        assert refused(values() | {section: values()[section] | wrong}), wrong


def test_settings_of_the_chart_are_settings_of_the_server() -> None:
    known = {f"MIKOMI_{name.upper()}" for name in Settings.model_fields}
    named = set(re.findall(r"name: (MIKOMI_\w+)", templates())) | set(values()["settings"])
    assert named <= known
    assert {"MIKOMI_DATABASE_URL", "MIKOMI_REQUIRE_KEYS"} <= named


OF_THE_CHART = {"DATABASE_URL", "HOST", "PORT", "WORKERS", "REQUIRE_KEYS"}
"""Settings that templates write."""
OF_MODELS = {own_names.VARIABLE}
"""Variables that no setting reads, but a server and training do."""


def test_the_schema_has_the_names_of_all_settings() -> None:
    schema = json.loads((CHART / "values.schema.json").read_text("utf-8"))
    names = schema["properties"]["settings"]["propertyNames"]["enum"]
    free = {name.upper() for name in Settings.model_fields} - OF_THE_CHART
    assert names == sorted({f"MIKOMI_{name}" for name in free} | OF_MODELS)
    server = (CHART / "templates" / "server.yaml").read_text("utf-8") + templates()
    assert all(f"name: MIKOMI_{name}\n" in server for name in OF_THE_CHART)


def test_the_port_is_the_one_that_probes_and_service_use() -> None:
    server = (CHART / "templates" / "server.yaml").read_text("utf-8")
    (port,) = re.findall(r"containerPort: (\d+)", server)
    assert f'name: MIKOMI_PORT\n              value: "{port}"\n' in server


def test_files_that_values_name_are_there() -> None:
    for text in ((CHART / "values.yaml").read_text("utf-8"), templates()):
        for name in re.findall(r"\b(?:docs|deploy|serve)/[\w./-]*\w", text):
            assert (ROOT / name).exists(), name


def test_the_chart_is_of_this_version() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text("utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert chart["appVersion"] == chart["version"] == project["version"]


def helm(*words: str) -> subprocess.CompletedProcess[str]:
    assert HELM is not None
    command = [HELM, words[0], *words[1:]]
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603


@needs_helm
def test_the_linter_has_nothing_against_the_chart() -> None:
    linted = helm("lint", str(CHART), "--strict", *EVERYTHING)
    assert linted.returncode == 0, linted.stdout
    assert "[WARNING]" not in linted.stdout


@needs_helm
def test_without_an_image_it_says_what_to_do() -> None:
    assert "build deploy/Containerfile" in helm("template", "m", str(CHART)).stderr


@needs_helm
def test_no_container_has_rights_or_a_root_that_can_be_written() -> None:
    rendered = helm("template", "m", str(CHART), *EVERYTHING)
    assert rendered.returncode == 0, rendered.stderr
    kinds = [one for one in yaml.safe_load_all(rendered.stdout) if one]
    pods = [pod for one in kinds if (pod := pod_of(one)) is not None]
    assert len(pods) == 3
    for pod in pods:
        assert pod["securityContext"]["runAsNonRoot"] is True
        for container in pod["containers"]:
            rights = container["securityContext"]
            assert rights["readOnlyRootFilesystem"] is True
            assert rights["capabilities"] == {"drop": ["ALL"]}
            places = {one["mountPath"] for one in container["volumeMounts"]}
            assert {"/data", "/tmp"} <= places  # noqa: S108 - of a container


def pod_of(one: dict[str, Any]) -> dict[str, Any] | None:
    """Return the pod that a deployment, a set or a schedule makes."""
    spec = one.get("spec", {})
    spec = spec.get("jobTemplate", {}).get("spec", spec)
    pod: dict[str, Any] | None = spec.get("template", {}).get("spec")
    return pod
