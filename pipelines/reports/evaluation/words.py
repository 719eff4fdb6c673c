"""The words of the report, in English and Japanese; equals."""

from typing import Final, Literal

from features.feature import Text

Language = Literal["en", "ja"]

PREDICTIONS: Final = {
    "mikomi": Text("mikomi", "mikomi"),
    "lightgbm": Text("LightGBM, near defaults", "LightGBM（ほぼ既定値）"),
    "logistic": Text("Logistic regression", "ロジスティック回帰"),
    "odoo": Text("Odoo's method", "Odoo の方式"),
    "recency": Text("Recency", "直近の活動"),
    "points": Text("Points", "手作りの配点"),
    "base_rate": Text("Base rate", "平均の成約率"),
}
METRICS: Final = {
    "auc": Text("AUC", "AUC"),
    "average_precision": Text("Average precision", "平均適合率"),
    "log_loss": Text("Log loss", "対数損失"),
    "brier": Text("Brier score", "ブライアスコア"),
    "ece": Text("Calibration error (ECE)", "較正誤差（ECE）"),
    "lift_at_10": Text("Lift@10\u00a0%", "リフト@10\u00a0%"),
    "capture_at_20": Text("Capture@20\u00a0%", "捕捉率@20\u00a0%"),
}
PARTS: Final = {
    "train": Text("Training", "学習"),
    "calibration": Text("Calibration", "較正"),
    "embargo": Text("Embargo (left out)", "空白期間（使わない）"),
    "test": Text("Test", "テスト"),
    "not_matured": Text("Not matured (left out)", "未確定（使わない）"),
}
NOT_VALUES: Final = {
    "(other)": Text("(other)", "（その他）"),
    "(missing)": Text("(missing)", "（未入力）"),
}
GROUNDS: Final = {
    "decides_alone": Text(
        "decides the outcome almost alone (AUC .9 or more)",
        "単独で結果をほぼ決めている（AUC 0.9 以上）",
    ),
    "one_value": Text(
        "values of which nearly every row converts hold a third of the conversions or more",
        "ほとんどの行が成約する値に、成約の3分の1以上が集まっている",
    ),
    "filled_later": Text(
        "filled for those who convert and not for the others, or the other way round",
        "成約した側としなかった側で入力率が大きく違う（後から入力された疑い）",
    ),
    "like_the_model": Text(
        "ranks as well alone as the whole model",
        "単独でモデル全体と同じ順位付けができる",
    ),
}
VERDICTS: Final = {
    "signal": Text(
        "There is a signal. The model ranks leads better than chance, and its probabilities are "
        "better than the base rate, beyond noise.",
        "シグナルがあります。リードの順位付けは偶然より良く、確率も平均の成約率より良いことが、"
        "誤差の範囲を超えて確かめられました。",
    ),
    "ranking_only": Text(
        "The order can be used, the probabilities cannot. The model ranks leads better than "
        "chance, but its probabilities are no better than the base rate: the share that converts "
        "has moved since training, or there is too little to tell.",
        "順位は使えますが、確率は使えません。順位付けは偶然より良いものの、確率は平均の成約率より"
        "良いとは言えません。学習時から成約率が変わったか、判断するにはデータが足りません。",
    ),
    "no_signal": Text(
        "No signal. On this test period the model is not better than the base rate beyond noise. "
        "Do not rank leads by it.",
        "シグナルなし。このテスト期間では、モデルが平均の成約率より良いとは、誤差の範囲を超えて"
        "言えません。順位付けに使わないでください。",
    ),
    "too_few": Text(
        "Insufficient evidence. The test holds too few conversions to judge any model.",
        "証拠不足。テスト期間の成約が少なすぎて、どのモデルも評価できません。",
    ),
}
PHRASES: Final = {
    "title": Text("Evaluation of the model", "モデルの評価"),
    "tested": Text(
        "{rows} snapshots of {leads} leads, {conversions} of them conversions, cutoffs from "
        "{first} to {last}; horizon {horizon} days. Intervals: 95 %, by redrawing leads.",
        "{leads}件のリードの{rows}時点（うち成約{conversions}）、基準時点は{first}から{last}、"
        "予測期間{horizon}日。区間はリード単位の再抽出による95 %区間。",
    ),
    "leaks_found": Text(
        "{count} features explain the outcome suspiciously well alone. A column that is filled "
        "after the deal is closed makes any test superb and the model useless. See “Leaks”.",
        "{count}個の特徴量が、単独で結果を説明しすぎています。商談の後に入力される列があると、"
        "評価だけが良く、実際には役に立ちません。「リーク」の節を確認してください。",
    ),
    "tile_base_rate": Text("convert within the horizon", "が予測期間内に成約"),
    "tile_auc": Text("AUC: right order of two leads", "AUC：2件を正しく並べる割合"),
    "tile_lift": Text("times the base rate in the hottest tenth", "倍の成約率（上位10 %）"),
    "tile_capture": Text("of the conversions in the hottest fifth", "の成約が上位20 %に含まれる"),
    "tile_ece": Text("calibration error; chance alone gives", "較正誤差；偶然だけでも生じる分は"),
    "s_gain": Text("Whom to call first", "誰から電話するか"),
    "p_gain": Text(
        "Take leads from the top of the ranking: how many of all conversions are among them?",
        "上位から順に取ったとき、成約の何割がその中に入るか。",
    ),
    "gain": Text("Gain", "ゲイン"),
    "lift": Text("Lift", "リフト"),
    "x_taken": Text("Share of leads taken, hottest first", "上位から取ったリードの割合"),
    "y_captured": Text("Share of the conversions among them", "含まれる成約の割合"),
    "y_lift": Text("Times the base rate", "平均の成約率の何倍か"),
    "s_compare": Text("Against the baselines", "比較対象との差"),
    "p_compare": Text(
        "Every baseline has learned from the same rows. The last column tells in which share of "
        "the redraws the model is better in AUC and in log loss.",
        "どの比較対象も同じ行から学習しています。右端は、再抽出のうちモデルのほうが良かった割合"
        "（AUC／対数損失）です。",
    ),
    "prediction": Text("Prediction", "予測"),
    "better": Text("Model better in", "モデルが優る割合"),
    "compare_auc": Text("AUC with interval", "AUC と区間"),
    "roc": Text("ROC", "ROC"),
    "x_roc": Text("Share of the others taken", "成約しないリードのうち取った割合"),
    "y_roc": Text("Share of the conversions taken", "成約のうち取った割合"),
    "pr": Text("Precision and recall", "適合率と再現率"),
    "x_pr": Text("Share of the conversions found", "見つけた成約の割合"),
    "y_pr": Text("Share of those taken that convert", "取ったうち成約する割合"),
    "s_calibration": Text("Can the probabilities be believed?", "確率は信じられるか"),
    "p_calibration": Text(
        "Of the leads given 20 %, one in five should convert: points on the diagonal. The "
        "calibration error is {ece}; a perfect model would show {mean} by chance, and less than "
        "{high} in 95 % of cases.",
        "20 %と予測したリードは5件に1件が成約するはずです（対角線上の点）。較正誤差は{ece}。"
        "完全なモデルでも偶然により平均{mean}、95 %の場合に{high}未満の誤差が出ます。",
    ),
    "reliability": Text("Reliability", "信頼度"),
    "x_given": Text("Probability given", "予測した確率"),
    "y_converted": Text("Share that converted", "実際の成約率"),
    "perfect": Text("perfect", "理想"),
    "spread": Text("Spread of the probabilities", "確率の分布"),
    "y_share": Text("Share of the group", "群の中の割合"),
    "converted": Text("Converted", "成約した"),
    "others": Text("Did not", "しなかった"),
    "s_parts": Text("Where it works", "どこで効くか"),
    "p_parts": Text(
        "The same model on parts of the test. Parts with fewer than ten conversions have no AUC.",
        "テストを分けて見た同じモデル。成約が10件未満の部分には AUC を示しません。",
    ),
    "by_age": Text("By age of the lead, days", "リードの経過日数別"),
    "by_month": Text("By month of the cutoff", "基準時点の月別"),
    "by_segment": Text("By {attribute}", "{attribute}別"),
    "rows_note": Text("{rows} rows, {conversions} conv.", "{rows}行、成約{conversions}"),
    "part": Text("Part", "部分"),
    "rows": Text("Snapshots", "時点数"),
    "leads": Text("Leads", "リード"),
    "conversions": Text("Conversions", "成約"),
    "base_rate": Text("Converted", "成約率"),
    "mean_probability": Text("Given (mean)", "予測の平均"),
    "s_importance": Text("What moves the ranking", "何が順位を動かすか"),
    "p_importance": Text(
        "Mean size of the contribution of each concept over the test rows (SHAP values of the "
        "trees and points of the scorecard, in log-odds).",
        "テスト行における各要素の寄与の大きさの平均"
        "（木の SHAP 値とスコアカードの配点、対数オッズ）。",
    ),
    "importance": Text("Mean size of contribution", "寄与の大きさの平均"),
    "s_learning": Text("Would more data help?", "データを増やせば良くなるか"),
    "p_learning": Text(
        "The model trained on parts of the leads, judged on the same test.",
        "リードの一部だけで学習し、同じテストで評価したもの。",
    ),
    "learning": Text("Learning curve", "学習曲線"),
    "x_learning": Text("Leads learned from", "学習したリード数"),
    "s_leaks": Text("Leaks: what alone explains the outcome", "リーク：単独で結果を説明する列"),
    "p_leaks": Text(
        "Each feature alone, judged on the test. A feature that is named here may be honest: "
        "somebody who knows when it is filled has to say so.",
        "各特徴量だけでテストを予測した結果。ここに挙がったものが正当な場合もあります。"
        "いつ入力されるかを知る人が判断してください。",
    ),
    "no_leaks": Text(
        "No single feature explains the outcome suspiciously well.",
        "単独で結果を説明しすぎる特徴量はありません。",
    ),
    "feature": Text("Feature", "特徴量"),
    "alone_auc": Text("AUC alone", "単独の AUC"),
    "filled": Text("Filled: converted / others", "入力率：成約／その他"),
    "grounds": Text("Why it is named", "挙げた理由"),
    "strongest": Text("The strongest single features", "単独で強い特徴量"),
    "s_data": Text("Data and splits", "データと分割"),
    "p_data": Text(
        "Split by time, never at random. The embargo keeps every training label decided before "
        "the first test cutoff.",
        "時間で分割し、無作為には分けません。空白期間により、学習のラベルはすべて最初の"
        "テスト基準時点より前に確定しています。",
    ),
    "splits": Text("The splits", "分割"),
    "embargo": Text("embargo {days} d", "空白 {days}日"),
    "lane_note": Text("{rows} rows, {conversions} conversions", "{rows}行、成約{conversions}"),
    "splits_key": Text(
        "strokes: cutoffs; pale before: longest window ({window} d); pale after: horizon "
        "({horizon} d); dashed: end of observation",
        "縦線：基準時点；前の淡色：最長の参照期間（{window}日）；後の淡色：予測期間（{horizon}日）；"
        "破線：観測の終わり",
    ),
    "conversion_times": Text("How long conversions take", "成約までの日数"),
    "conversions_within": Text(
        "conversions, so long after the lead came", "成約：リード発生からの日数"
    ),
    "activities_within": Text("activities, so long before the conversion", "活動：成約までの日数"),
    "x_days": Text("Days, in growing steps ({of})", "日数、対数目盛（{of}）"),
    "y_share_within": Text("Share within so many days", "その日数以内の割合"),
    "days_said": Text("{days} d", "{days}日"),
    "quantile_said": Text("{share} within {days} days", "{share}が{days}日以内"),
    "converted_said": Text(
        "{leads} leads, {conversions} converted", "リード{leads}件、成約{conversions}件"
    ),
    "horizon_said": Text("horizon {days} d", "予測期間 {days}日"),
    "windows_said": Text("windows {days} days", "参照期間 {days}日"),
    "cutoffs": Text("Cutoffs", "基準時点"),
    "first": Text("First", "最初"),
    "last": Text("Last", "最後"),
    "about": Text("About", "作成条件"),
}


def phrase(key: str, language: Language, **values: object) -> str:
    """Say a phrase of the report.

    >>> phrase("embargo", "en", days=90)
    'embargo 90 d'
    """
    return say(PHRASES[key], language).format(**values)


def say(text: Text, language: Language) -> str:
    """Choose the language."""
    return text.ja if language == "ja" else text.en


def named(name: str, among: dict[str, Text], language: Language) -> str:
    """Say a code in words; one that is not listed stands for itself."""
    return say(among.get(name, Text(name, name)), language)
