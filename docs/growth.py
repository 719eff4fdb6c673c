"""The tables of how every stage grows with the leads, and of what a draw of leads costs."""

from statistics import mean
from typing import Any, Final

from docs.reference import markdown

_COLUMNS: Final = (("stage", "段階"), ("{leads:,} leads", "{leads:,} リード"))
_POWERS: Final = (
    ("CPU, memory: power of the last step", "CPU、メモリ:最後の段の指数"),
    ("all stages: CPU seconds; most MiB", "全段階:CPU 秒;最大 MiB"),
)


def table(measured: dict[str, Any], language: str) -> str:
    """Return CPU seconds and most MiB of each stage at each size, as Markdown.

    Parameters
    ----------
    measured
        What `benchmarks.growth` wrote.
    language
        `en` or `ja`.
    """
    japanese, sizes = language == "ja", measured["sizes"]
    head = [_COLUMNS[0][japanese]]
    head += [_COLUMNS[1][japanese].format(leads=one["leads"]) for one in sizes]
    rows = [
        [
            stage,
            *(_cell(one["stages"].get(stage)) for one in sizes),
            _powers(measured["exponents"].get(stage)),
        ]
        for stage in sizes[-1]["stages"]
    ]
    whole = [_whole(one["stages"].values()) for one in sizes]
    return markdown([*head, _POWERS[0][japanese]], [*rows, [_POWERS[1][japanese], *whole, "-"]])


def _cell(stage: dict[str, float] | None) -> str:
    return "-" if stage is None else f"{stage['cpu_seconds']:,.0f}; {stage['peak_mib']:,.0f}"


def _whole(stages: Any) -> str:
    seconds = sum(one["cpu_seconds"] for one in stages)
    return f"{seconds:,.0f}; {max(one['peak_mib'] for one in stages):,.0f}"


def _powers(powers: dict[str, float] | None) -> str:
    return "-" if powers is None else f"{powers['cpu_seconds']:.2f}; {powers['peak_mib']:.2f}"


_DRAW: Final = (
    ("rows drawn", "抽出した行"),
    ("rows; converted", "行数;受注の行"),
    ("log loss above the truth", "真の確率に対する対数損失の超過"),
    ("AUC (truth)", "AUC(真の確率)"),
)
_WAYS: Final = {
    "all": ("all", "すべて"),
    "equal chances": ("{share}, equal chances", "{share}、等しい確率"),
    "all conversions": (
        "{share}, all conversions, with weights",
        "{share}、受注は全部残し重みづけ",
    ),
}


def draw_table(measured: dict[str, Any], language: str) -> str:
    """Return what each way of drawing loses, the mean over the companies, as Markdown.

    Parameters
    ----------
    measured
        What `benchmarks.growth.draw` wrote.
    language
        `en` or `ja`.
    """
    japanese, companies = language == "ja", measured["companies"]
    rows = []
    for name in companies[0]:
        way, _, share = name.partition(", ")
        written = f"{100 * float(share):.0f} %" if share else ""

        def of(figure: str, name: str = name) -> float:
            return mean(one[name][figure] for one in companies)

        rows.append(
            [
                _WAYS[way][japanese].format(share=written),
                f"{of('rows'):,.0f}; {of('converted_rows'):,.0f}",
                f"{of('log_loss_above_truth'):.4f}".removeprefix("0"),
                f"{of('auc_of_truth'):.3f}".removeprefix("0"),
            ]
        )
    return markdown([one[japanese] for one in _DRAW], rows)
