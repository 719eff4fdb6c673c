"""The page of connectors: what each consists of, its faults, and the way to the first scores.

Decided here: lines and packages are counted in the code; the faults are read from
`benchmarks/results/connect.json`, which `python -m benchmarks connect` writes, and the way from
`first_scores.json` beside it, by `python -m benchmarks first_scores`.
"""

import ast
import json
import sys
from pathlib import Path
from typing import Any, Final, Literal

from docs.reference import WRITTEN, markdown

_ROOT: Final = Path(__file__).parent.parent
_CONNECT: Final = _ROOT / "pipelines" / "connect"
_RESULTS: Final = _ROOT / "benchmarks" / "results" / "connect.json"
_WAY: Final = _RESULTS.parent / "first_scores.json"
_OURS: Final = frozenset({"features", "models", "pipelines", "serve", "mikomi"})
_MODULES: Final = {
    "kintone": ("kintone",),
    "hubspot": ("hubspot", "hubspot_engagements"),
    "salesforce": ("salesforce", "tokens"),
    "dynamics": ("dynamics", "tokens"),
    "sql": ("sql", "sql_scores"),
}
"""Modules of `pipelines/connect/systems` that a system is made of."""
_FAULTS: Final = {
    "429": ("refused: too many calls (429)", "拒否: 呼び出しが多すぎる (429)"),
    "500": ("failed (500)", "失敗 (500)"),
    "timeout before": ("no answer, nothing done", "応答なし、未処理"),
    "timeout after": ("no answer, but done", "応答なし、処理済み"),
    "truncated": ("an answer that is cut", "途切れた応答"),
    "short page": ("a page that lacks records", "レコードの欠けたページ"),
    "delivered twice": ("a write that arrives twice", "2 回届いた書き込み"),
    "applied late again": ("a write that arrives again later", "後からもう一度届いた書き込み"),
    "token expired": ("a token that expires", "期限切れのトークン"),
    "run ended": ("a run that ended with a message", "メッセージで終わった実行"),
    "killed": ("kill between two steps", "2 手順の間の強制終了"),
}
_TEXTS: Final[dict[str, dict[str, Any]]] = {
    "en": {
        "title": "# Connectors: size, dependencies, faults",
        "intro": (
            "What each system adds to the shared part of `pipelines/connect` "
            "({shared:,} lines of code for all of them), and what it was tried with: random "
            "histories against stand-ins written from the vendors' documentation, each ended by "
            "one pull and one push, after which both sides must be equal."
        ),
        "parts": ["system", "lines of code", "packages"],
        "results": ["system", "histories", "lost", "doubled", "equal at the end", "records"],
        "faults": "fault, how often",
        "way": (
            "## From an empty folder to scores in the CRM\n\n"
            "The lines of [connecting](../how-to/connecting.md), one after the other, against "
            "stand-ins with deals of two years: real training, real evaluation, real promotion by "
            "the usual rule, then scores in the CRM (`python -m benchmarks first_scores`). The "
            "load is that of the machine when the way began, a process waiting or running counting "
            "as 1."
        ),
        "taken": [
            "system",
            "deals",
            "of them with scores",
            "of them open",
            "seconds",
            "CPU seconds",
            "load, cores",
        ],
    },
    "ja": {
        "title": "# コネクター: 規模、依存、障害",
        "intro": (
            "各システムが `pipelines/connect` の共通部分（全体で {shared:,} 行）に加えるものと、"
            "試した内容です。ベンダーの公開文書から書いた代役に対して無作為な経過をたどり、"
            "最後に取り込みと書き戻しを 1 回ずつ行うと、両側が一致しなければなりません。"
        ),
        "parts": ["システム", "コードの行数", "パッケージ"],
        "results": ["システム", "経過", "欠落", "重複", "最後に一致", "レコード"],
        "faults": "障害と回数",
        "way": (
            "## 空のフォルダーから CRM のスコアまで\n\n"
            "[CRM をつなぐ](../how-to/connecting.ja.md)の各行を順に、2 年分の商談を持つ代役に対して"
            "実行したときの時間です。学習、評価、いつもの規則による採用判定を実際に行い、最後に "
            "CRM にスコアが入ります（`python -m benchmarks first_scores`）。負荷は開始時の"
            "マシンのもので、待っている、または動いているプロセス 1 つを 1 と数えます。"
        ),
        "taken": [
            "システム",
            "商談",
            "スコアの入った商談",
            "進行中の商談",
            "秒",
            "CPU 秒",
            "負荷、コア数",
        ],
    },
}


def page(language: Literal["en", "ja"]) -> str:
    """Return the page in a language."""
    texts = _TEXTS[language]
    systems: dict[str, Any] = json.loads(_RESULTS.read_text("utf-8"))["systems"]
    shared = sum(map(lines_of_code, _CONNECT.rglob("*.py")))
    shared -= sum(map(lines_of_code, (_CONNECT / "systems").glob("*.py")))
    parts = [[name, f"{_lines(name):,}", ", ".join(_packages(name))] for name in _MODULES]
    results = [
        [name, *(f"{systems[name][one]:,}" for one in
                 ("histories", "lost", "doubled", "equal_at_end", "records"))]
        for name in _MODULES
    ]  # fmt: skip
    known = [*_FAULTS, *sorted({f for one in systems.values() for f in one["faults"]} - {*_FAULTS})]
    place = 0 if language == "en" else 1
    faults = [
        [_FAULTS[fault][place] if fault in _FAULTS else fault]
        + [f"{systems[name]['faults'].get(fault, 0):,}" for name in _MODULES]
        for fault in known
        if any(systems[name]["faults"].get(fault) for name in _MODULES)
    ]
    tables = (
        markdown(texts["parts"], parts),
        markdown(texts["results"], results),
        markdown([texts["faults"], *_MODULES], faults),
    )
    head = f"{WRITTEN}{texts['title']}\n\n{texts['intro'].format(shared=shared)}\n\n"
    return head + "\n".join(tables) + f"\n{texts['way']}\n\n{_way(texts['taken'])}"


def _way(head: list[str]) -> str:
    """Return the table of what the way to the first scores takes."""
    measured: dict[str, Any] = json.loads(_WAY.read_text("utf-8"))
    rows = [
        [name, *(f"{one[count]:,}" for count in ("deals", "with_scores", "open")),
         *(f"{one[seconds]:,.0f}" for seconds in ("seconds", "cpu_seconds")),
         f"{one['load']:.1f}, {measured['machine']['cores']}"]
        for name, one in measured["systems"].items()
    ]  # fmt: skip
    return markdown(head, rows)


def lines_of_code(path: Path) -> int:
    """Return how many lines of a module hold code: no blank lines, comments or docstrings."""
    text = path.read_text("utf-8")
    texts: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            texts |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return sum(
        bool(line.strip()) and not line.strip().startswith("#") and number not in texts
        for number, line in enumerate(text.splitlines(), 1)
    )


def _lines(system: str) -> int:
    return sum(lines_of_code(_CONNECT / "systems" / f"{name}.py") for name in _MODULES[system])


def _packages(system: str) -> list[str]:
    """Return the packages that the modules of a system import, with those of its client."""
    named: set[str] = set()
    own = [_CONNECT / "systems" / f"{name}.py" for name in _MODULES[system]]
    for path in [*own, _CONNECT / "rest_client.py"] if system != "sql" else own:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                named.add(node.module.split(".")[0])
            elif isinstance(node, ast.Import):
                named |= {one.name.split(".")[0] for one in node.names}
    return sorted(named - _OURS - sys.stdlib_module_names)
