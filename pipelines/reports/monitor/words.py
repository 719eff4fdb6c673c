"""The words of the monitor's report, in English and Japanese; equals."""

from collections.abc import Sequence
from typing import Any, Final

from features.catalog.catalog import Catalog
from features.feature import Text
from features.wording.activity_words import ANY as ANY_KEY
from models.evaluation.from_catalog import labels
from models.monitoring.activities import ANY
from models.monitoring.drift import NEW, OPEN
from models.monitoring.findings import Alarm
from models.monitoring.unknown_values import ACTIVITY_TYPES, UNKNOWN_TYPES
from pipelines.reports.evaluation.words import NOT_VALUES, Language, say

WORDS: Final = {
    "title": Text("Monitor", "モニタリング"),
    "quiet": Text(
        "Quiet. Nothing has changed that is both beyond chance and large enough to matter.",
        "異常なし。偶然を超え、しかも問題になるほど大きな変化はありません。",
    ),
    "alarm": Text("{count} alarms: {checks}.", "警報が{count}件あります：{checks}。"),
    "one_alarm": Text("One alarm: {checks}.", "警報が1件あります：{checks}。"),
    "not enough": Text(
        "Not enough to tell. Too few open leads, or too few in the reference, to compare.",
        "判断できません。比較するには、現在または基準のリードが足りません。",
    ),
    "rate": Text(
        "Without any change, at most {rate} of such runs raise an alarm.",
        "何も変わっていないときに警報が出るのは、実行のうち多くて{rate}です。",
    ),
    "no_outcomes": Text(
        "Whether the probabilities are still true cannot be said yet: {rows} predictions have "
        "matured, {waiting} wait for their horizon to be over.",
        "確率がまだ正しいかは判断できません。結果が確定した予測は{rows}件、確定待ちは"
        "{waiting}件です。",
    ),
    "intro": Text(
        "{leads} open leads on {at}, against {reference} snapshots between {first} and {last} "
        "that the "
        "champion could learn from, weighted to the same ages.",
        "{at} 時点の進行中リード {leads} 件を、モデルが学習できた {first}〜{last} の "
        "{reference} 時点と、"
        "リードの経過日数をそろえて比べています。",
    ),
    "left_out": Text(
        "{left} of the open leads are older than, or of ages that, the training hardly knew; they "
        "are not compared.",
        "進行中リードの{left}は、学習時にほとんどなかった経過日数のため、比較に入れていません。",
    ),
    "s_alarms": Text("Alarms", "警報"),
    "check": Text("Check", "確認項目"),
    "what": Text("What", "対象"),
    "found": Text("Found", "結果"),
    "expected": Text("Expected", "期待"),
    "do": Text("What to do", "対処"),
    "s_drift": Text("Features and scores", "特徴量とスコア"),
    "p_drift": Text(
        "The largest shifts beyond chance. The index (PSI) tells how large a shift is; what "
        "exceeds "
        "the value that chance gives counts, and matters from {psi} on. The p-value holds over all "
        "{asked} comparisons of this run. Columns that move by nature are not tested (–).",
        "変化の大きい順です。指標（PSI）は変化の大きさで、偶然でも生じる分を除いて{psi}以上なら"
        "問題とします。p値は今回の{asked}件の比較全体に対する値です。自然に動く列は"
        "検定しません（–）。",
    ),
    "psi": Text("PSI", "PSI"),
    "by_chance": Text("By chance", "偶然による分"),
    "p_value": Text("p", "p値"),
    "feature": Text("Feature", "特徴量"),
    "population": Text("Among", "対象リード"),
    "now": Text("Now", "現在"),
    "then": Text("Expected", "期待"),
    "score": Text("Score", "スコア"),
    "score_tenths": Text("Score, in tenths of the reference", "スコア（基準の十分位）"),
    "y_share": Text("Share of the leads", "リードの割合"),
    "s_truth": Text("Are the probabilities true?", "確率は正しいか"),
    "p_truth": Text(
        "{rows} predictions whose horizon is over ({source}); {waiting} more wait. Conversions "
        "over "
        "what was told, with 95 % intervals by lead; an alarm needs proof of more than {factor} "
        "times, or less than one over it. Intercept {intercept}, slope {slope} of the logit (0 and "
        "1 are perfect).",
        "予測期間が終わった予測 {rows} 件（{source}）。ほかに {waiting} 件が確定待ちです。"
        "実際の成約数を"
        "予測の合計で割った値と 95 % 区間（リード単位）です。{factor} 倍を超える、またはその逆数を"
        "下回ると示されたときに警報を出します。ロジットの切片 {intercept}、傾き {slope}（理想は "
        "0 と 1）。",
    ),
    "receipts": Text("receipts of the server", "サーバーの回答記録"),
    "snapshots": Text("the champion on the tables", "テーブル上でのモデルの予測"),
    "ratio": Text("Observed / expected", "実際 / 期待"),
    "reliability": Text("Reliability", "信頼度"),
    "s_volume": Text("Activities", "活動"),
    "p_volume": Text(
        "What became known of the open leads in {days} days, against what leads of the same ages "
        "had; 95 % intervals by lead. An alarm needs proof of more than {volume_factor} times, "
        "or less "
        "than one over it, or a silence that chance cannot explain.",
        "進行中リードについて{days}日間に記録された活動を、同じ経過日数のリードの基準と比べた値と"
        " 95 % 区間です。{volume_factor} 倍を超える、またはその逆数を下回ると示されたとき、"
        "あるいは偶然では"
        "説明できない途絶があったときに警報を出します。",
    ),
    "volume": Text("Activities, observed / expected", "活動、実際 / 期待"),
    "newest": Text("Newest, days ago", "最新（日前）"),
    "counts": Text("{observed} of {expected}", "{observed} / {expected}"),
    "activity": Text("Activity type", "活動種別"),
    "s_unseen": Text("Words that the model was not taught", "モデルが学習していない値"),
    "p_unseen": Text(
        "Share of values, or of activities. It may rise by {share} points before it matters.",
        "値（または活動）に占める割合です。{share}ポイントを超えて増えると問題とします。",
    ),
    "words": Text("Most frequent", "多いもの"),
    "figures": Text("All figures", "すべての数値"),
    "s_segments": Text("Scores by segment", "属性別のスコア"),
    "all": Text("all", "全体"),
    "month": Text("month", "月"),
    "band": Text("band", "区分"),
    OPEN: Text("open leads", "進行中リード"),
    NEW: Text("new leads", "新規リード"),
    ANY_KEY: Text("all types", "全種別"),
    ANY: Text("all types", "全種別"),
    UNKNOWN_TYPES: Text("(other)", "（その他）"),
    ACTIVITY_TYPES: Text("activity types", "活動種別"),
}
CHECKS: Final = {
    "feature drift": Text("Feature drift", "特徴量の変化"),
    "score drift": Text("Score drift", "スコアの変化"),
    "calibration": Text("Calibration", "確率の正しさ"),
    "volume": Text("Volume", "活動の量"),
    "silence": Text("Silence", "活動の途絶"),
    "unseen": Text("New words", "未学習の値"),
}
FOUND: Final = {
    "drift": Text(
        "PSI {psi:.2f} among {population} ({by_chance:.2f} by chance), p {p_value:.2g}; "
        "columns of this kind: {columns}",
        "{population}で PSI {psi:.2f}（偶然なら {by_chance:.2f}）、p値 {p_value:.2g}、同種の列 "
        "{columns} 件",
    ),
    "calibration": Text(
        "{observed:.0f} conversions, {expected:.1f} told: {ratio:.2f} ({low:.2f} to {high:.2f})",
        "成約 {observed:.0f} 件、予測の合計 {expected:.1f}：{ratio:.2f} 倍（"
        "{low:.2f}〜{high:.2f}）",
    ),
    "volume": Text(
        "{observed:.0f} among {population}: {ratio:.2f} times as many as expected",
        "{population}で {observed:.0f} 件：期待の {ratio:.2f} 倍",
    ),
    "silence": Text("none for {days:.1f} days", "{days:.1f}日間なし"),
    "unseen": Text("{now:.1%} ({words})", "{now:.1%}（{words}）"),
}
EXPECTED: Final = {
    "drift": Text("what leads of the same ages showed in training", "学習時の同じ経過日数のリード"),
    "calibration": Text("as many as the probabilities say", "確率の合計と同じ件数"),
    "volume": Text("about {expected:.0f}", "約 {expected:.0f} 件"),
    "silence": Text("about {expected:.0f} in a period", "1期間に約 {expected:.0f} 件"),
    "unseen": Text("about {then:.1%}", "約 {then:.1%}"),
}
DO: Final = {
    "drift": Text(
        "look whether the source of the data changed; if the world did, retrain",
        "データの取得元の変更を確認し、実態の変化なら再学習する",
    ),
    "calibration": Text(
        "retrain; until then trust the order of the leads, not their probabilities",
        "再学習する。それまでは順位だけを使い、確率は使わない",
    ),
    "volume": Text(
        "look at the export or the sender of this type; if the change is real, retrain",
        "この種別の出力・送信を確認し、実際の変化なら再学習する",
    ),
    "silence": Text(
        "look whether the export or the sender of this type still works",
        "この種別の出力・送信が動いているか確認する",
    ),
    "unseen": Text(
        "correct the spelling in the mapping, or retrain to teach the new words",
        "マッピングで表記を直すか、再学習して新しい値を学習させる",
    ),
}


def phrase(key: str, language: Language, **values: object) -> str:
    """Say a phrase with its values."""
    return say(WORDS[key], language).format(**values)


def told(alarm: Alarm, catalog: Catalog, language: Language) -> dict[str, str]:
    """Say an alarm: what was found, what was expected, what to do."""
    kind = "drift" if alarm.check.endswith("drift") else alarm.check
    facts: dict[str, Any] = dict(alarm.facts)
    if "population" in facts:
        facts["population"] = among(str(facts["population"]), catalog, language)
    return {
        "check": say(CHECKS[alarm.check], language),
        "what": named(alarm.what, catalog, language),
        "found": say(FOUND[kind], language).format(**facts),
        "expected": say(EXPECTED[kind], language).format(**facts),
        "what_to_do": say(DO[kind], language),
    }


def checks_of(alarms: Sequence[Alarm], language: Language) -> str:
    """Name the checks that raised alarms, each once."""
    said = [say(CHECKS[check], language) for check in dict.fromkeys(one.check for one in alarms)]
    if language == "ja":
        return "、".join(said)
    return ", ".join(one.lower() for one in said)


def named(name: str, catalog: Catalog, language: Language) -> str:
    """Say a feature, an activity type, an attribute or a part; an unknown one is itself."""
    if name in WORDS:
        return say(WORDS[name], language)
    for feature in catalog.features:
        if feature.name == name:
            return say(feature.concept_label, language)
    first, _, rest = name.partition(" ")
    if rest and first in WORDS:
        return f"{say(WORDS[first], language)} {rest}"
    return say(labels(catalog).get(name, Text(name, name)), language)


def among(population: str, catalog: Catalog, language: Language) -> str:
    """Say a population: open leads, new leads, or a value of an attribute.

    >>> from features.catalog.catalog import Vocabulary
    >>> among("open", Catalog((), Vocabulary()), "ja")
    '進行中リード'
    """
    if population in WORDS:
        return say(WORDS[population], language)
    attribute, _, value = population.partition("=")
    return f"{named(attribute, catalog, language)}: {part(attribute, value, catalog, language)}"


def part(by: str, value: str, catalog: Catalog, language: Language) -> str:
    """Say a value of an attribute; months and bands as they are."""
    if value in NOT_VALUES:
        return say(NOT_VALUES[value], language)
    return say(labels(catalog).get(f"{by}={value}", Text(value, value)), language)
