"""The words of the back-test's report, in English and Japanese; equals."""

from typing import Final

from features.feature import Text
from models.lifecycle.backtest import Stream
from pipelines.reports.evaluation.words import PREDICTIONS, Language

WORDS: Final = {
    "title": Text("Back-test", "バックテスト"),
    "intro": Text(
        "Every model below was trained at a moment in the past, on what had matured by then, and "
        "judged on what came after. {periods} periods from {first} to {last}, {leads} leads, "
        "{conversions} conversions.",
        "以下のモデルはすべて、過去のある時点で、その時点までに結果が確定していたデータだけから学習し、"
        "その後の期間で評価したものです。{first} から {last} までの {periods} 期間、"
        "リード {leads} 件、成約 {conversions} 件。",
    ),
    "s_verdict": Text("What it comes to", "まとめ"),
    "s_methods": Text("The model against every baseline", "モデルと各ベースライン"),
    "p_methods": Text(
        "All are trained again {cadence}. The shaded band is the model's 95 % interval by lead. "
        "A period with fewer than 10 conversions has no AUC.",
        "どれも{cadence}学習し直しています。帯はモデルの 95 % 区間（リード単位）です。"
        "成約が 10 件に満たない期間の AUC は示しません。",
    ),
    "s_cadence": Text("How often to train again", "再学習の頻度"),
    "p_cadence": Text(
        "The same model, trained once, or again and again; and with nothing but its probabilities "
        "recalibrated from new outcomes. Recalibration cannot change the order of leads.",
        "同じモデルを、一度だけ学習した場合と学習し直した場合、また、新しい結果で確率だけを"
        "較正し直した場合の比較です。較正し直してもリードの順位は変わりません。",
    ),
    "s_truth": Text("Were the probabilities true?", "確率は正しかったか"),
    "p_truth": Text(
        "The mean probability that was said, and the share that converted.",
        "示した確率の平均と、実際に成約した割合です。",
    ),
    "s_worked": Text("What it would have meant for sales", "営業にとっての意味"),
    "p_worked": Text(
        "Each week sales work {capacity} leads, the hottest first, each lead once: so many of the "
        "{converted} leads that converted would have been among them. Base rate is working at "
        "random.",
        "毎週、見込みの高い順に {capacity} 件（同じリードは一度だけ）に当たるとして、成約した "
        "{converted} 件のうち何件がその中にあったかです。「平均の成約率」は無作為に当たることを"
        "意味します。",
    ),
    "s_table": Text("All figures", "すべての数値"),
    "p_table": Text(
        "Over all periods, with 95 % intervals by lead; gains are paired on the same redraws. "
        "Every period stands in table.csv.",
        "全期間の値と 95 % 区間（リード単位）。差は同じ再抽出の上で比べています。"
        "期間ごとの値は table.csv にあります。",
    ),
    "auc": Text("AUC", "AUC"),
    "log_loss": Text("Log loss", "対数損失"),
    "ece": Text("Calibration error", "較正誤差"),
    "when": Text("Period, by its first day", "期間（初日）"),
    "observed": Text("Share that converted", "実際の成約率"),
    "probability": Text("Mean probability", "確率の平均"),
    "found": Text("Conversions found", "見つかった成約"),
    "found_so_far": Text("Conversions found so far", "見つかった成約（累計）"),
    "method": Text("Method", "方法"),
    "said": Text("Said / was", "予測 / 実際"),
    "gain": Text("Model's gain in log loss", "モデルの利得（対数損失）"),
    "worked": Text("Worked", "当たった件数"),
    "less": Text("Fewer than the model", "モデルとの差"),
    "v_auc": Text(
        "AUC {auc} over all periods when trained again {cadence}; {never} when trained once.",
        "{cadence}学習し直すと全期間の AUC は {auc}、一度だけの学習では {never} です。",
    ),
    "v_loss": Text(
        "Log loss {loss}; {never} when trained once, {recalibrated} when that model is only "
        "recalibrated.",
        "対数損失は {loss}。一度だけの学習では {never}、そのモデルを較正し直すだけなら "
        "{recalibrated} です。",
    ),
    "v_best": Text(
        "The strongest baseline in log loss is {name}: the model gains {gain} on it "
        "({low} to {high}).",
        "対数損失で最も強いベースラインは「{name}」で、モデルの利得は {gain}"
        "（{low}〜{high}）です。",
    ),
    "v_found": Text(
        "With {capacity} leads a week, the model finds {found} of {converted} leads that convert; "
        "random work finds {random}.",
        "週 {capacity} 件に当たる場合、モデルは成約する {converted} 件のうち {found} 件を"
        "見つけます。無作為なら {random} 件です。",
    ),
}


def phrase(key: str, language: Language, **values: object) -> str:
    """Say a phrase with its values."""
    text: str = getattr(WORDS[key], language)
    return text.format(**values)


def often(cadence: float, language: Language) -> str:
    """Say how often a model is trained.

    >>> often(28.0, "en"), often(0.0, "en"), often(7.0, "ja")
    ('every 28 days', 'once', '7日ごとに')
    """
    if not cadence:
        return "once" if language == "en" else "一度だけ"
    return f"every {cadence:g} days" if language == "en" else f"{cadence:g}日ごとに"


def training(stream: Stream, language: Language) -> str:
    """Say how a stream was kept fresh.

    >>> training(Stream("mikomi", 0.0, recalibrated=True), "en")
    'trained once, recalibrated'
    >>> training(Stream("mikomi", 28.0), "ja")
    '28日ごとに学習'
    """
    if language == "en":
        again = f"trained {often(stream.cadence, 'en')}"
        return again + (", recalibrated" if stream.recalibrated else "")
    again = f"{often(stream.cadence, 'ja')}学習"
    return again + ("＋再較正" if stream.recalibrated else "")


def named(stream: Stream, language: Language) -> str:
    """Name the method of a stream."""
    text: str = getattr(PREDICTIONS[stream.method], language)
    return text
