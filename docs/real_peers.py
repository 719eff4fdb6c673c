"""README's table of the model and its peers where outcomes are plenty.

Decided here: a cell has AUC or log loss of a contender, and in brackets by how much mikomi is
better, with the standard error of the difference.
"""

from typing import Any, Final

from docs.figure_words import CONTENDERS
from docs.real_sets import SETS
from docs.reference import markdown

_NAMES: Final = CONTENDERS | {
    "trees_200": "LightGBM, 200 trees",
    "flaml": "FLAML",
    "real_mlp": "RealMLP",
    "tab_m": "TabM",
}
_COLUMNS: Final = (
    ("data; converted leads to learn from, in the test", "データ; 成約リード数(学習、検証)"),
    ("model", "モデル"),
    ("AUC", "AUC"),
    ("log loss", "対数損失"),
    ("mean predicted / observed, %", "予測の平均 / 実際(%)"),
)


def table(measured: dict[str, Any], language: str) -> str:
    """Return the table as Markdown.

    Parameters
    ----------
    measured
        What `benchmarks.quality.real_peers` wrote.
    language
        `en` or `ja`.
    """
    japanese = language == "ja"
    rows = []
    for name, one in measured["sets"].items():
        counts = f"{one['converted_leads']:,}; {one['test_converted_leads']:,}"
        for contender, line in one["contenders"].items():
            level = f"{100 * line['mean_predicted']:.1f} / {100 * one['observed']:.1f}"
            figures = (_cell(line, measure, digits) for measure, digits in _MEASURES)
            rows.append([f"{SETS[name][japanese]}; {counts}", _NAMES[contender], *figures, level])
    return markdown([column[japanese] for column in _COLUMNS], rows)


_MEASURES: Final = (("auc", 3), ("log_loss", 4))


def _cell(line: dict[str, Any], measure: str, digits: int) -> str:
    figure = f"{line[measure]:.{digits}f}".removeprefix("0")
    ahead = line.get(f"mikomi_{measure}_ahead")
    if ahead is None:
        return figure
    return f"{figure} ({ahead['ahead']:+.{digits}f} ± {ahead['se']:.{digits}f})"
