"""Protected groups as a section of the report and of the card: compared, and their proxies named.

Decided here: drawn from plain data, so that both pages show the same; without protected attributes
there is no section.
"""

from typing import Any, Final

from markupsafe import Markup

from features.feature import Text
from pipelines.reports.evaluation.cells import NOTHING, share, written
from pipelines.reports.evaluation.words import NOT_VALUES, Language, named, say
from pipelines.reports.templating import template

WORDS: Final = {
    "title": Text("Protected groups", "保護属性の比較"),
    "about": Text(
        "No feature sees these attributes; they are compared for audit only. The gap is the mean "
        "probability less the share that converted: zero is right, alike in every group is fair.",
        "これらの属性を見る特徴量はありません。監査のための比較です。差は予測の平均から実際の成約率を"
        "引いたもので、0が正しく、群の間で同じなら公平です。",
    ),
    "group": Text("Group", "群"),
    "rows": Text("Snapshots", "時点数"),
    "conversions": Text("Conversions", "成約"),
    "base_rate": Text("Converted", "成約率"),
    "given": Text("Given (mean)", "予測の平均"),
    "gap": Text("Gap", "差"),
    "log_loss": Text("Log loss", "対数損失"),
    "proxies": Text(
        "Features that give a group away, alone, beyond chance (AUC {least} or more):",
        "偶然の範囲を超えて単独で群を言い当てる特徴量（AUC {least}以上）：",
    ),
    "no_proxies": Text(
        "No single feature gives a group away (AUC {least} or more).",
        "単独で群を言い当てる特徴量はありません（AUC {least}以上）。",
    ),
}
_TEMPLATE: Final = "protected.html.j2"


def section(told: list[dict[str, Any]], labels: dict[str, Any], language: Language) -> Markup:
    """Write the section.

    Parameters
    ----------
    told
        `Evaluation.protected` as plain data.
    labels
        Code -> words in both languages, as plain data.
    """
    if not told:
        return Markup()
    text: str = template("pipelines.reports.evaluation", _TEMPLATE).render(
        told=told,
        w=lambda key, **values: say(WORDS[key], language).format(**values),
        label=lambda code: labels[code][language] if code in labels else code,
        group=lambda name: named(name, NOT_VALUES, language),
        share=share,
        number=_number,
        interval=_interval,
        gap=lambda value: f"{100 * value:+.2f} pt",
    )
    return Markup(text)  # noqa: S704 (the template escapes its words)


def _number(metric: str, told: dict[str, Any]) -> str:
    return NOTHING if told["value"] is None else written(metric, told["value"])


def _interval(metric: str, told: dict[str, Any]) -> str:
    ends = [told["low"], told["high"]]
    return "" if None in ends else " – ".join(written(metric, end) for end in ends)
