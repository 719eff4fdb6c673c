"""Emulators of stores of objects on loopback: Amazon's, Google's and Azure's.

Each is skipped where its packages are not installed: `moto`, `gcp-storage-emulator` and the npm
package `azurite`, with `s3fs`, `gcsfs` and `adlfs`.
"""

import base64
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

AZURITE = "mikomi", base64.b64encode(b"a key of this test alone").decode()
"""An account of the emulator, and its key."""
KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1"}


@contextmanager
def amazon(folder: Path, port: int) -> Iterator[str]:
    """Run an S3 server; yield the URL of a bucket."""
    s3fs = pytest.importorskip("s3fs")
    pytest.importorskip("moto")
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    address = {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}"}
    with started(command, folder), pytest.MonkeyPatch.context() as patch:
        for name, value in {**KEYS, **address}.items():
            patch.setenv(name, value)
        until_answered(lambda: s3fs.S3FileSystem(skip_instance_cache=True).mkdir("company"))
        s3fs.S3FileSystem.clear_instance_cache()  # of a server that an earlier module had
        yield "s3://company"
        s3fs.S3FileSystem.clear_instance_cache()


@contextmanager
def google(folder: Path, port: int) -> Iterator[str]:
    """Run an emulator of Google's store; yield the URL of a bucket."""
    gcsfs = pytest.importorskip("gcsfs")
    pytest.importorskip("gcp_storage_emulator")
    command = [sys.executable, "-m", "gcp_storage_emulator", "start", "--in-memory"]
    command += ["--host=127.0.0.1", f"--port={port}", "--default-bucket=company"]
    with started(command, folder), pytest.MonkeyPatch.context() as patch:
        patch.setenv("STORAGE_EMULATOR_HOST", f"http://127.0.0.1:{port}")
        patch.setenv("GOOGLE_CLOUD_PROJECT", "test")
        anybody = gcsfs.GCSFileSystem(token="anon", skip_instance_cache=True)  # noqa: S106
        until_answered(partial(anybody.ls, "company"))
        yield "gs://company"


@contextmanager
def azure(folder: Path, port: int) -> Iterator[str]:
    """Run an emulator of Azure's store; yield the URL of a container."""
    adlfs = pytest.importorskip("adlfs")
    azurite = shutil.which("azurite-blob")
    if azurite is None:
        pytest.skip("azurite-blob is not installed")
    command = [azurite, "--blobHost", "127.0.0.1", "--blobPort", str(port)]
    command += ["--silent", "--skipApiVersionCheck"]
    connection = (
        f"DefaultEndpointsProtocol=http;AccountName={AZURITE[0]};AccountKey={AZURITE[1]};"
        f"BlobEndpoint=http://127.0.0.1:{port}/{AZURITE[0]};"
    )
    with (
        started(command, folder),
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("AZURE_STORAGE_CONNECTION_STRING", connection)
        store_of = partial(adlfs.AzureBlobFileSystem, connection_string=connection)
        until_answered(lambda: store_of(skip_instance_cache=True).mkdir("company"))
        yield "az://company"


@contextmanager
def started(command: list[str], folder: Path) -> Iterator[None]:
    """Run a server until the block ends."""
    environment = os.environ | {"AZURITE_ACCOUNTS": ":".join(AZURITE)}
    server = subprocess.Popen(  # noqa: S603 - fixed words
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        server.kill()
        server.wait(30)


def until_answered(question: Callable[[], object]) -> None:
    """Repeat a question until a server answers it, at most half a minute."""
    for _ in range(600):
        try:
            question()
        except Exception:  # noqa: BLE001 - every store has errors of its own
            time.sleep(0.05)
        else:
            return
