"""The settings of PostgreSQL that we deploy: it reads them all, and the container has them."""

import subprocess
from pathlib import Path
from typing import Any

import yaml

DEPLOY = Path(__file__).parents[2] / "deploy"
SETTINGS = DEPLOY / "postgresql.conf"


def read_by(server: Any, settings: Path, name: str) -> subprocess.CompletedProcess[str]:
    """Let the server's own program read a file of settings and print one of them."""
    command = [server.bin_path / "postgres", "-C", name, "-D", server.pgdata]
    with_file = [*command, f"--config-file={settings}"]
    return subprocess.run(with_file, capture_output=True, text=True, check=False)  # noqa: S603


def test_the_server_reads_every_setting(postgres_server: Any, tmp_path: Path) -> None:
    done = read_by(postgres_server, SETTINGS, "max_wal_size")
    assert (done.returncode, done.stdout.strip()) == (0, "8192"), done.stderr
    planted = tmp_path / "postgresql.conf"
    planted.write_text(SETTINGS.read_text("utf-8").replace("min_wal_size", "least_wal_size"))
    assert read_by(postgres_server, planted, "max_wal_size").returncode != 0


def test_the_container_has_them() -> None:
    compose = (DEPLOY / "compose.yaml").read_text("utf-8")
    service = yaml.safe_load(compose)["services"]["postgres"]
    mounted = dict(reversed(one.removesuffix(":ro").split(":")) for one in service["volumes"])
    named = service["command"][-1].removeprefix("config_file=")
    assert DEPLOY / mounted[named] == SETTINGS
