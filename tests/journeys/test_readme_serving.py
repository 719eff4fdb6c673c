"""The lines of the READMEs about serving work as they are printed."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from serve.scoring.pointer import point
from tests import served

ROOT = Path(__file__).parents[2]
PRINTED = "127.0.0.1:8000"


def commands(readme: str) -> list[list[str]]:
    """Return the commands of the block that starts the server, as a shell would read them."""
    blocks = re.findall(r"^```sh\n(.*?)^```", (ROOT / readme).read_text(), re.MULTILINE | re.DOTALL)
    (block,) = [block for block in blocks if "mikomi serve" in block]
    starts = re.split(r"^(?=curl|\.venv)", block, flags=re.MULTILINE)
    return [shlex.split(one, comments=True) for one in starts if one.strip()]


def test_what_is_printed_works(tmp_path: Path) -> None:
    first, *calls, key = commands("README.md")
    assert commands("README.ja.md") == [first, *calls, key]
    assert first[1:] == ["serve"]
    point(tmp_path, served.lay_down(tmp_path), 1)
    with served.server(tmp_path) as (_, port):
        for call in calls:
            path = call[2].removeprefix(PRINTED)
            content = call[call.index("--json") + 1].encode() if "--json" in call else None
            status, answer = served.ask(port, "POST" if content else "GET", path, content)
            assert status == 200, answer
            if content:
                assert json.loads(answer)["language"] == "ja"
    environment = {"MIKOMI_DATABASE_URL": f"sqlite:///{tmp_path / 'mikomi.db'}"}
    command = [Path(sys.executable).parent / "mikomi", *key[1:]]
    made = subprocess.run(  # noqa: S603 - our own command
        command, env=os.environ | environment, capture_output=True, text=True, check=True
    )
    assert made.stdout.startswith("mk_")
