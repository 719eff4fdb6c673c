"""Whether a segment earns a model of its own, as a section of the report and of the card.

Decided here: drawn from plain data, so that both pages show the same; where it was not asked there
is no section. What comes of it is said in a sentence before any figure.
"""

from typing import Any, Final

from markupsafe import Markup

from features.feature import Text
from pipelines.reports.evaluation.cells import NOTHING, share, written
from pipelines.reports.evaluation.words import NOT_VALUES, Language, named, say
from pipelines.reports.templating import template

WORDS: Final = {
    "title": Text("Would a segment earn a model of its own?", "専用のモデルを持つべき区分はあるか"),
    "few": Text(
        "No segment has outcomes enough to be asked: {fewest} leads that converted and as many "
        "that did not, in what was learned from and in the test. What to do: nothing; every "
        "evaluation asks again.",
        "判断に足る結果がある区分はありません（学習とテストのそれぞれに、成約したリードと"
        "しなかったリードが{fewest}件ずつ必要です）。対応は不要です。評価のたびに改めて確かめます。",
    ),
    "none": Text(
        "None of the {asked} segments with outcomes enough earns a model of its own: none is shown "
        "to gain more than {least} of its log loss. What to do: keep the one model.",
        "結果が十分な{asked}区分のうち、専用のモデルを持つべきものはありません。対数損失の{least}を"
        "超える改善が示された区分はありませんでした。共通のモデルをそのままお使いください。",
    ),
    "some": Text(
        "{earned}: shown to gain more than {least} of the log loss by a model of its own. What to "
        "do: see whether the next evaluation says so too; then train one in a workspace of its "
        "own, whose mapping keeps only these leads (`where`), and compare both on these leads. "
        "Until then the one model answers for them.",
        "{earned}：専用のモデルにより、対数損失の{least}を超える改善が示されました。次の評価でも同じ"
        "結果になるかを確かめてから、対象のリードだけを残すマッピング（`where`）で別のワークスペースに"
        "専用のモデルを学習し、これらのリードで両者を比べてください。それまでは共通のモデルが"
        "回答します。",
    ),
    "about": Text(
        "Segments enter the one model as shrunken effects. Here a scorecard of the segment's own "
        "rows stands beside it, judged on the test rows of the segment. The intervals hold for all "
        "segments together (95 %); a segment earns its own model if its whole interval lies above "
        "what is wanted.",
        "区分の効果は、縮小したうえで共通のモデルに入っています。ここでは、その区分の行だけで学習した"
        "スコアカードを共通のモデルに添え、その区分のテスト行で評価しました。区間は全区分で同時に"
        "成り立つ95 %区間です。区間全体が必要な改善を上回る区分だけが専用のモデルに値します。",
    ),
    "segment": Text("Segment", "区分"),
    "rows": Text("Snapshots", "時点数"),
    "conversions": Text("Conversions", "成約"),
    "shared": Text("Log loss, the one model", "対数損失：共通"),
    "own": Text("with its own", "専用を添えて"),
    "gain": Text("Gain", "改善"),
    "wanted": Text("Gain wanted", "必要な改善"),
    "earns": Text("Earns its own", "専用に値する"),
    "yes": Text("yes", "はい"),
    "no": Text("no", "いいえ"),
}
_TEMPLATE: Final = "own_models.html.j2"
_DIGITS: Final = 4


def section(told: dict[str, Any] | None, labels: dict[str, Any], language: Language) -> Markup:
    """Write the section.

    Parameters
    ----------
    told
        `Evaluation.own_models` as plain data; None: it was not asked.
    labels
        Code -> words in both languages, as plain data.
    """
    if told is None:
        return Markup()
    text: str = template("pipelines.reports.evaluation", _TEMPLATE).render(
        told=told,
        w=lambda key: say(WORDS[key], language),
        verdict=verdict(told, labels, language),
        name=lambda one: segment(one["attribute"], one["value"], labels, language),
        loss=lambda value: written("log_loss", value),
        gain=_signed,
    )
    return Markup(text)  # noqa: S704 (the template escapes its words)


def verdict(told: dict[str, Any], labels: dict[str, Any], language: Language) -> str:
    """Say what it comes to, and what to do."""
    settings, segments = told["settings"], told["segments"]
    earned = [
        segment(one["attribute"], one["value"], labels, language)
        for one in segments
        if one["earns"]
    ]
    key = "some" if earned else "none" if segments else "few"
    return say(WORDS[key], language).format(
        fewest=settings["min_conversions"],
        asked=len(segments),
        least=share(settings["least_gain"]),
        earned=("、" if language == "ja" else ", ").join(earned),
    )


def segment(attribute: str, value: str, labels: dict[str, Any], language: Language) -> str:
    """Name a segment by the words of its attribute and value.

    >>> segment("size", "(other)", {"size": {"en": "Company size", "ja": "規模"}}, "ja")
    '規模 = （その他）'
    """
    known = [labels.get(code, {}).get(language) for code in (attribute, f"{attribute}={value}")]
    return f"{known[0] or attribute} = {known[1] or named(value, NOT_VALUES, language)}"


def _signed(value: float | None) -> str:
    """Write a gain; what rounds to nothing has no minus.

    >>> _signed(-0.00001), _signed(0.0012), _signed(None)
    ('+0.0000', '+0.0012', '–')
    """
    return NOTHING if value is None else f"{round(value, _DIGITS) + 0.0:+.{_DIGITS}f}"
