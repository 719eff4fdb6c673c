"""README's table of real data sets: quality, calibration, and how much the reasons explain.

Decided here: draws of few leads stand below the whole sets, as the mean of their figures; the
change of log loss by leaving out what cannot be named stands beside the share explained. Where all
leads have the base probability, there is nothing to explain: a dash.
"""

from collections.abc import Sequence
from statistics import mean
from typing import Any, Final

from docs.reference import markdown

SETS: Final = {
    "x_education": ("X Education", "X Education"),
    "online_shoppers": ("online shoppers", "オンライン購買"),
    "uci_bank": ("bank marketing", "銀行マーケティング"),
    "cdnow": ("CDNOW, repeat purchases", "CDNOW(再購入)"),
    "bpic2012": ("BPI 2012", "BPI 2012"),
    "oulad": ("OULAD, course passed", "OULAD(合格)"),
    "online_retail": ("Online Retail, repeat purchases", "Online Retail(再購入)"),
    "sample": ("sample company of the demo", "デモのサンプル会社"),
}
_DRAWS: Final = (
    "{data}, draws of 250 converted leads ({draws})",
    "{data}、成約 250 件の抽出({draws} 回)",
)
_COLUMNS: Final = (
    ("data", "データ"),
    ("converted leads to learn from; in the test", "成約リード数(学習、検証)"),
    ("AUC", "AUC"),
    ("log loss (all columns)", "対数損失(全項目)"),
    ("mean predicted / observed, %", "予測の平均 / 実際(%)"),
    ("distance explained by named reasons, %", "名前のある理由が説明する割合(%)"),
    ("leads of 100 with a larger rest", "残りの方が大きいリード(100 件中)"),
)


def table(measured: dict[str, Any], language: str) -> str:
    """Return the table as Markdown.

    Parameters
    ----------
    measured
        What `benchmarks.quality.explained_share` wrote.
    language
        `en` or `ja`.
    """
    japanese = language == "ja"
    rows = [_row(names[japanese], [measured["sets"][name]]) for name, names in SETS.items()]
    for name, names in SETS.items():
        drawn = [
            one for key, one in measured["few_conversions"].items() if key.startswith(f"{name},")
        ]
        if drawn:
            data = _DRAWS[japanese].format(data=names[japanese], draws=len(drawn))
            rows.append(_row(data, drawn))
    return markdown([column[japanese] for column in _COLUMNS], rows)


def _row(data: str, drawn: Sequence[dict[str, Any]]) -> list[str]:
    def mean_of(*keys: str) -> float:
        return mean(_at(one, keys) for one in drawn)

    ends = "–".join(_short(mean_of("auc", end), 3) for end in ("low", "high"))
    return [
        data,
        "; ".join(f"{mean_of(key):,.0f}" for key in ("converted_leads", "test_converted_leads")),
        f"{_short(mean_of('auc', 'value'), 3)} ({ends})",
        f"{_short(mean_of('log_loss_after'), 4)} ({_short(mean_of('log_loss_before'), 4)})",
        f"{100 * mean_of('mean_predicted'):.1f} / {100 * mean_of('observed'):.1f}",
        *(
            (
                f"{100 * mean_of('after', 'share_explained'):.0f}",
                f"{mean_of('after', 'leads_with_larger_rest'):.0f}",
            )
            if mean_of("after", "distance")
            else ("-", "-")
        ),
    ]


def _at(one: dict[str, Any], keys: Sequence[str]) -> float:
    value: Any = one
    for key in keys:
        value = value[key]
    return float(value)


def _short(figure: float, digits: int) -> str:
    return f"{figure:.{digits}f}".removeprefix("0")
