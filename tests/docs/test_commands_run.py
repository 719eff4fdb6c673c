"""Every command in the pages runs, on one small company; the others are named with their reason.

The blocks of a page run in its order, in a folder with the export of a sample company. Files and
ids that a page names are those of this company.
"""

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.test_blocks import ROOT, blocks, indented, lines
from tests.small_company import create_company, mikomi

OTHER_PROGRAMS = {
    "make": "installs, builds or serves; CI itself is `make check` and `make test`",
    "dvc": "needs a clone and minutes; every line is parsed by DVC in test_blocks.py",
    "mlflow": "a server of another program",
    "curl": "tests/journeys/test_readme_serving.py",
    "export": "a word of the shell",
    "printf": "a word of the shell",
    "kubectl": "needs a cluster; tests/docs/test_helm.py reads the chart",
    "helm": "needs a cluster; tests/docs/test_helm.py reads the chart",
    "podman": "needs containers; tests/docs/test_deploy.py reads the file",
    "podman-compose": "needs containers; tests/docs/test_deploy.py reads the file",
    "sudo": "needs a machine of its own; tests/docs/test_deploy.py reads the units",
}
"""Program -> why it does not run here."""
ELSEWHERE = {
    "serve": "tests/journeys/test_readme_serving.py",
    "mcp": "tests/unit/mikomi/test_agents.py",
    "send": "tests/journeys/test_connected_to_a_server.py",
    "connect": "tests/journeys/test_connecting.py",
    "connect receiver": "tests/unit/connect/test_webhooks_out.py",
    "connect notify": "tests/unit/connect/test_webhooks_out.py",
    "connect dead": "tests/unit/connect/test_webhooks_out.py",
    "init connections/kintone/export": "tests/journeys/test_connecting.py",
    "backtest": "tests/journeys/test_backtest.py",
    "tune": "tests/journeys/test_two_targets.py",
    "rollback": "tests/journeys/test_champion_and_challenger.py",
    "shadow": "tests/journeys/test_contacts_on_a_server.py",
    "score --target": "tests/journeys/test_two_targets.py",
    "models --target": "tests/journeys/test_two_targets.py",
    "run --params examples/own_model/params.yaml": "tests/journeys/test_own_parts.py",
}
"""Beginning of a command of mikomi -> the test that runs it."""
NEEDS = {
    "load-ranking": "the same leads in the server; tests/parity/test_load_ranking.py",
    "run --params leaky.yaml": "leads enough; tests/journeys/test_sample_leaks.py finds the leak",
    "worth": "weeks of lists; tests/unit/models/test_worth.py",
    "lift": "weeks of lists; tests/unit/serve/test_weekly_list.py",
    "run --params examples/bpic2012/params.yaml": "a data set that everybody gets for themselves",
    "score --out postgresql:": "a server of PostgreSQL; tests/parity/test_sql_scores.py has one",
}
"""Beginning of a command of mikomi -> what it needs that a company so small has not."""
HERE = {
    "leads.csv": ["export/leads.csv"],
    "activities.csv": ["export/activities.parquet"],
    "deals.csv": ["export/deals.csv"],
    "--params": [],
    "params.yaml": [],
    "mine.yaml": [],
    "artifacts/demo/scores.parquet": ["artifacts/small/scores.parquet"],
    "L-17": ["L000017"],
    "L-18": ["L000018"],
    "$MIKOMI_DATABASE_URL": ["sqlite:///mikomi.db"],
    "/var/backups/mikomi/2026-05-01": ["backup"],
}
"""What a page names -> what it is here."""
NOT_HERE = ELSEWHERE | NEEDS
SETTING = re.compile(r"[A-Z_]+=")
BLANK = re.compile(r"<[^>]*>")
"""What a reader fills in."""
CODES = {"run": 3, "monitor": 3}
"""What may be the answer about a company so small: refused, or an alarm."""
PROVIDER = {
    "MIKOMI_OIDC_ISSUER": "http://127.0.0.1:1",
    "MIKOMI_OIDC_CLIENT_ID": "mikomi",
    "MIKOMI_OIDC_CLIENT_SECRET": "a secret",
    "MIKOMI_PUBLIC_URL": "http://127.0.0.1:8000",
}
INCUMBENT = """
incumbent: {scores: export/former_scores.csv, at: 日時, lead: リードID, score: スコア}
"""


def commands(language: str = "") -> Iterator[tuple[str, list[str]]]:
    """Yield the commands of all blocks: the page, and the words; the first pages first."""
    first = sorted([*blocks("sh"), *indented()], key=lambda one: "README" not in one[0])
    for page, code in first:
        if page.endswith(".ja.md") == bool(language):
            for words in lines(code):
                yield page, [one for one in words if not SETTING.match(one)]


def elsewhere(words: list[str]) -> str | None:
    """Return where a command is tried, or why it is not; None if it runs here."""
    program, *rest = words
    if program != "mikomi":
        return OTHER_PROGRAMS[program]
    command = f"{' '.join(rest)} "
    begins = [
        one for one in NOT_HERE if command.startswith(one if one.endswith(":") else f"{one} ")
    ]
    return NOT_HERE[max(begins, key=len)] if begins else None


def here(words: list[str], key: str) -> list[str]:
    """Return the words of a command with the files and ids of this company."""
    own = [one for word in words[1:] for one in HERE.get(word, [word])]
    return [key if one == "KEY_ID" else one for one in own]


def test_every_command_runs_here_or_is_named_with_its_place() -> None:
    places = {elsewhere(words) for _, words in commands()} - {None}
    assert places == {*OTHER_PROGRAMS.values(), *NOT_HERE.values()}, "a closed list"
    for begin, place in ELSEWHERE.items():
        text = (ROOT / place).read_text("utf-8")
        assert begin.split()[0].replace("-", "_") in text.replace("-", "_")


def test_a_command_of_an_unknown_program_would_be_noticed() -> None:
    with pytest.raises(KeyError, match="brew"):
        elsewhere(["brew", "install", "mikomi"])
    assert elsewhere(["mikomi", "connect", "add", "sql"]) == "tests/journeys/test_connecting.py"
    assert elsewhere(["mikomi", "check", "mapping.yaml"]) is None


def test_the_japanese_pages_have_the_same_commands() -> None:
    english, japanese = (
        {(page.replace(".ja.", "."), BLANK.sub("<>", " ".join(one))) for page, one in commands(of)}
        for of in ("", "ja")
    )
    assert japanese <= english


def test_the_commands_run_as_they_stand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    create_company(tmp_path, leads=400)
    with (tmp_path / "params.yaml").open("a", encoding="utf-8") as params:
        params.write(INCUMBENT)
    for name, value in PROVIDER.items():
        monkeypatch.setenv(name, value)
    done: dict[tuple[str, str], int] = {}
    key = ""
    for page, command in commands():
        words = here(command, key) if elsewhere(command) is None else []
        of = page if words[:1] in (["user"], ["key"]) else ""
        if not words or (of, " ".join(words)) in done:
            continue
        database = f"sqlite:///{tmp_path / page.replace('/', '-')}.db"
        monkeypatch.setenv("MIKOMI_DATABASE_URL", database)
        monkeypatch.setattr(sys, "stdin", io.StringIO("a long pass phrase\n"))
        if words[0] == "init":
            (tmp_path / "mapping.yaml").unlink(missing_ok=True)
        done[of, " ".join(words)] = mikomi(tmp_path, *words)
        key = (capsys.readouterr().out.split() or [""])[0] if words[0] == "key" else key
    assert {one: code for one, code in done.items() if code not in {0, CODES.get(one[1])}} == {}
    assert len(done) > 30
    assert mikomi(tmp_path, "check", "no-such-mapping.yaml") == 2, "a command that fails is noticed"
