"""The words of the card, in English and Japanese; figures and verdicts share the report's."""

from typing import Final

from features.feature import Text
from pipelines.reports.evaluation.words import Language, say

VIEWS: Final = {
    "profile": Text("profile: attributes of the lead", "属性：リードの属性"),
    "engagement": Text("engagement: what the lead did", "反応：リードの行動"),
    "sales_touch": Text("sales touch: what was done to it", "営業接触：リードへの働きかけ"),
    "deals": Text("deals: stages so far", "商談：これまでの段階"),
    "account": Text("account: others of the same company", "企業：同じ企業の他のリード"),
    "sequence": Text("sequence: the order of events", "系列：出来事の順序"),
}
VERDICTS: Final = {
    "pass": Text("pass", "合格"),
    "warn": Text("warning", "注意"),
    "fail": Text("fail", "不合格"),
    "not applicable": Text("not applicable", "対象外"),
}
EVIDENCE: Final = {
    "points_only": Text("hand-given points only", "手作りの配点のみ"),
    "scorecard": Text("a scorecard", "スコアカード"),
    "scorecard_and_trees": Text("a scorecard and trees", "スコアカードと木"),
}
PHRASES: Final = {
    "title": Text("Model card", "モデルカード"),
    "version": Text("version {version}", "バージョン{version}"),
    "promoted": Text("promoted: it answers", "昇格：回答に使用"),
    "refused": Text("refused: it stays a challenger", "見送り：挑戦者のまま"),
    "by_rule": Text("by the rule of promotion", "昇格規則による"),
    "by": Text("Answerable", "責任者"),
    "purpose": Text("Purpose", "目的"),
    "why_promoted": Text(
        "Why: it met every condition of promotion. What was shown:",
        "理由：昇格の条件をすべて満たしました。示されたこと：",
    ),
    "why_refused": Text("Why it was refused:", "見送りの理由："),
    "s_target": Text("What it predicts", "何を予測するか"),
    "outcome": Text("Outcome", "対象の結果"),
    "horizon": Text("Horizon", "予測期間"),
    "days": Text("{days} days", "{days}日"),
    "repeat": Text("Again after a conversion", "成約後も再び予測"),
    "yes": Text("yes", "はい"),
    "no": Text("no", "いいえ"),
    "asked": Text("Asked", "予測の時点"),
    "asked_every": Text("every {days} days", "{days}日ごと"),
    "asked_ages": Text("at the age of {ages} hours", "登録後{ages}時間"),
    "s_data": Text("Data", "データ"),
    "part": Text("Part", "区分"),
    "learning": Text("Training and calibration", "学習と較正"),
    "test": Text("Test", "テスト"),
    "cutoffs": Text("Cutoffs", "基準時点"),
    "rows": Text("Snapshots", "時点数"),
    "leads": Text("Leads", "リード"),
    "conversions": Text("Conversions", "成約"),
    "base_rate": Text("Converted", "成約率"),
    "maturity": Text(
        "{matured} of {snapshots} snapshots have matured: their horizon was over when observation "
        "ended on {until}. The others were neither learned from nor judged on.",
        "{snapshots}時点のうち{matured}時点が確定（観測終了{until}までに予測期間が終了）。"
        "残りは学習にも評価にも使っていません。",
    ),
    "s_figures": Text("How good it is", "どれほど良いか"),
    "p_figures": Text(
        "On the test period, with 95 % intervals over redraws of leads. Every baseline has learned "
        "from the same rows.",
        "テスト期間での値と、リード再抽出による95 %区間。比較対象も同じ行から学習しています。",
    ),
    "prediction": Text("Prediction", "予測"),
    "s_calibration": Text("Can the probabilities be believed?", "確率は信じられるか"),
    "p_calibration": Text(
        "Calibrated by {kind}. Calibration error {ece}; a perfect model would show less than "
        "{floor} in 95 % of cases.",
        "較正の方法：{kind}。較正誤差{ece}（完全なモデルでも95 %の場合に{floor}未満の誤差が"
        "出ます）。",
    ),
    "reliability": Text("Of those given p, how many converted", "予測した確率と実際の成約率"),
    "given": Text("Probability given", "予測した確率"),
    "converted": Text("Share that converted", "実際の成約率"),
    "perfect": Text("perfect", "理想"),
    "thresholds": Text(
        "Bands: hot from score {hot}, warm from {warm}; a score is the percent of {population} "
        "open leads that a lead is hotter than.",
        "区分：スコア{hot}以上が hot、{warm}以上が warm。スコアは、進行中の{population}リードのうち"
        "何%より見込みが高いかです。",
    ),
    "s_leaks": Text("Leak checks", "リーク検査"),
    "check": Text("Check", "検査"),
    "answer": Text("Answer", "判定"),
    "found": Text("Found", "検出内容"),
    "allowed": Text("Allowed because: {reason}", "許可の理由：{reason}"),
    "s_segments": Text("By segment", "区分別"),
    "p_segments": Text(
        "On the test period. Parts with too few conversions have no AUC.",
        "テスト期間での値。成約が少ない区分には AUC を示しません。",
    ),
    "segment": Text("Segment", "区分"),
    "given_mean": Text("Given (mean)", "予測の平均"),
    "s_features": Text("What it looks at", "何を見ているか"),
    "p_features": Text(
        "{count} features, look-back {windows} days; {evidence}.",
        "特徴量{count}個、参照期間{windows}日。{evidence}。",
    ),
    "view": Text("View", "種類"),
    "features": Text("Features", "特徴量"),
    "strongest": Text("What moves the ranking most", "順位を最も動かす要素"),
    "not_used": Text("Columns that are not used, and why", "使わない列とその理由"),
    "s_limits": Text("Limits", "限界"),
    "s_origin": Text("Where it came from", "来歴"),
    "fingerprint": Text("Fingerprint of the model", "モデルの指紋"),
    "input": Text("Input {source} (SHA-256)", "入力 {source}（SHA-256）"),
    "assumption": Text("Assumed", "仮定"),
}


def phrase(key: str, language: Language, **values: object) -> str:
    """Say a phrase of the card.

    >>> phrase("version", "ja", version=3)
    'バージョン3'
    """
    return say(PHRASES[key], language).format(**values)
