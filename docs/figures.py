"""README's figures, each read from a file under benchmarks/results/ and from nowhere else.

Decided here: speeds are told as ratios to a named peer of the same run; a mean AUC or log loss is
told for every size of training data; bold are the best of a line and those level with it.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from docs.reference import markdown

RESULTS = Path(__file__).parent.parent / "benchmarks" / "results"

CONTENDERS: Final = {
    "mikomi": "mikomi",
    "scorecard": "scorecard",
    "tuned_lightgbm": "LightGBM, tuned",
    "default_lightgbm": "LightGBM",
    "catboost": "CatBoost",
    "logistic": "logistic",
    "odoo": "Odoo",
}
PEERS: Final = {
    "duckdb": ("DuckDB", "DuckDB"),
    "polars_joins": ("Polars, join_asof by lead", "Polars(リード別の join_asof)"),
    "polars": (
        "Polars, lead and time packed into one key",
        "Polars(リードと時刻を 1 つのキーに詰める)",
    ),
    "pandas": ("pandas", "pandas"),
}
DATASETS: Final = {
    "x_education": ("X Education", "X Education"),
    "bank_random": ("bank marketing, random", "銀行マーケティング(無作為)"),
    "bank_chronological": ("bank marketing, in time order", "銀行マーケティング(時間順)"),
    "bpic2012": ("BPI 2012", "BPI 2012"),
    "sample": ("sample company", "サンプル会社"),
}
_WORDS: Final = {
    "en": {
        "data": "data",
        "rows": "training rows",
        "what": "what",
        "figure": "measured",
        "auc": "AUC / log loss on the test, mean of the draws; bold: best, or less than two"
        " standard errors from it:",
        "standing": "Lines with mikomi ahead / level / behind beyond noise, mean difference:",
        "against": "against",
        "gain": "less log loss",
        "best_part": "better of scorecard and LightGBM, tuned",
        "start": "conversions so far",
        "losses": "log loss: mikomi / points alone / base rate",
        "held": "90 % intervals that hold the truth, %",
        "sure": "leads with enough evidence, %",
        "company": "leads; converted rows to learn from",
        "best_known": "AUC of the truth",
        "reached": "mikomi",
        "gap": "gap",
        "luck": "of it, luck in outcomes",
        "change": "change of times",
        "rest": "features and trees",
        "age": "age, hours",
        "wanted": "wanted",
        "age_auc": "mikomi, AUC",
        "other": "best of the others",
        "ahead": "ahead of LightGBM",
        "peer": "window features, times faster than {peer}",
        "floor": "features from Parquet, times the time of reading and filling alone",
        "growth": "time for ten times the leads, all in memory at once",
        "memory": "memory for {count} M activities in partitions, GiB",
        "contrib": "exact reasons, times `pred_contrib` on the same model ({shape})",
        "large": "exact reasons, times `pred_contrib` on 31 leaves x 300 trees",
        "lead": "exact reasons, µs of CPU a lead (batch; one alone)",
        "million": "CPU seconds for 1,000,000 leads, features to ranked reasons",
        "whole": "`mikomi score` of tables with {count} M activities, CPU seconds for 1,000,000"
        " leads; memory, GiB",
        "null": "explained and logged scores over HTTP, % of an endpoint that does nothing",
        "mlflow": "explained and logged scores over HTTP, times `mlflow models serve`",
        "handler": "parse, features, score, reasons, answer of one lead, µs of CPU (30 activities)",
        "tail": "p99 of an answer, times its p50 (16 connections)",
        "kept": "activities kept a second, in bulks of 10,000, on SQLite; on PostgreSQL",
        "of_store": "score of a lead with 500 kept activities, p99 in ms, on SQLite; on PostgreSQL",
        "page": "the ranking's page with {leads:,} open leads, ms on SQLite; on PostgreSQL",
        "slowest": "the slowest of the ranking's {pages} pages (filters, search, 200 leads), ms",
        "lead_page": "a lead's page with 500 activities, ms",
    },
    "ja": {
        "data": "データ",
        "rows": "学習行数",
        "what": "項目",
        "figure": "実測",
        "auc": "検証データでの AUC / 対数損失(抽出の平均)。太字は最良、または最良との差が誤差"
        "(標準誤差の 2 倍)の範囲内:",
        "standing": "mikomi が誤差を超えて上回る / 差なし / 下回る行の数と、平均の差:",
        "against": "相手",
        "gain": "対数損失の減少",
        "best_part": "scorecard と LightGBM, tuned のよい方",
        "start": "これまでの受注",
        "losses": "対数損失: mikomi / 配点表のみ / 平均受注率",
        "held": "真の値を含む 90 % 区間の割合(%)",
        "sure": "根拠が十分なリード(%)",
        "company": "リード数、学習行のうち受注",
        "best_known": "真の確率の AUC",
        "reached": "mikomi",
        "gap": "差",
        "luck": "うち結果の偶然",
        "change": "時期の変化",
        "rest": "特徴量と木",
        "age": "リードの経過時間",
        "wanted": "目標",
        "age_auc": "mikomi の AUC",
        "other": "ほかの最良",
        "ahead": "LightGBM との差",
        "peer": "期間特徴量の計算、{peer} に対する速さ(倍)",
        "floor": "Parquet からの特徴量、読み込みと書き出しだけの時間に対する比",
        "growth": "リード数 10 倍のときの時間(一括でメモリに置く場合、倍)",
        "memory": "{count} 百万件(1 億件なら 100)の活動を分割して処理するときのメモリ(GiB)",
        "contrib": "正確な理由、同じモデルの `pred_contrib` に対する速さ(倍、{shape})",
        "large": "正確な理由、31 葉×300 本の `pred_contrib` に対する速さ(倍)",
        "lead": "正確な理由、1 リードあたりの CPU µs(一括、単独)",
        "million": "100 万リードを特徴量から理由つき順位まで、CPU 秒",
        "whole": "`mikomi score`、活動 {count} 百万件のテーブルから 100 万リード、CPU 秒;"
        " メモリ(GiB)",
        "null": "HTTP での理由つき・控えつきスコア、何もしない端点に対する割合(%)",
        "mlflow": "HTTP での理由つき・控えつきスコア、`mlflow models serve` に対する速さ(倍)",
        "handler": "1 リードの読み取り、特徴量、スコア、理由、回答の CPU µs(活動 30 件)",
        "tail": "回答時間の p99、p50 の何倍か(16 接続)",
        "kept": "1 秒に保存する活動(1 万件ずつの一括、SQLite、PostgreSQL)",
        "of_store": "保存された活動 500 件のリードのスコア、p99 ミリ秒(SQLite、PostgreSQL)",
        "page": "未成約リード {leads:,} 件でのランキングのページ、ミリ秒(SQLite、PostgreSQL)",
        "slowest": "ランキングの {pages} 種のページ(絞り込み、検索、200 件)で最も遅いもの、ミリ秒",
        "lead_page": "活動 500 件のリードのページ、ミリ秒",
    },
}


def table(name: str, language: str) -> str:
    """Draw one figure block in a language."""
    blocks: dict[str, Callable[[dict[str, str], str], str]] = {
        "quality": _quality,
        "ages": _ages,
        "limit": _limit,
        "start": _start,
        "speed": _speed,
    }
    return blocks[name](_WORDS[language], language)


def _read(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((RESULTS / f"{name}.json").read_text())
    return content


def _quality(words: dict[str, str], language: str) -> str:
    lines: dict[tuple[str, int], dict[str, dict[str, Any]]] = {}
    for line in _read("quality")["curves"]:
        lines.setdefault((line["dataset"], line["rows"]), {})[line["contender"]] = line
    rows = [
        [DATASETS[dataset][language == "ja"], f"{size:,}", *_cells(found)]
        for (dataset, size), found in lines.items()
    ]
    head = [words["data"], words["rows"], *CONTENDERS.values()]
    told = f"{words['standing']}\n\n{_standing(words)}"
    return f"{words['auc']}\n\n{markdown(head, rows)}\n\n{told}"


def _cells(found: dict[str, dict[str, Any]]) -> list[str]:
    """Tell every contender; a dash for one that was not measured."""
    return [
        f"{_told(found[name], 'auc')} / {_told(found[name], 'log_loss')}" if name in found else "-"
        for name in CONTENDERS
    ]


def _told(line: dict[str, Any], measure: str) -> str:
    written = f"{line[measure]:.3f}".removeprefix("0")
    return written if line[f"{measure}_behind_best"]["beyond_noise"] else f"**{written}**"


def _standing(words: dict[str, str]) -> str:
    found = _read("quality")["standing"]
    rows = [
        [
            words["best_part"] if name == "best_part" else CONTENDERS[name],
            *(_counts(against[measure]) for measure in ("auc", "log_loss")),
        ]
        for name, against in found.items()
    ]
    return markdown([words["against"], "AUC", words["gain"]], rows)


def _counts(one: dict[str, float]) -> str:
    return f"{one['ahead']} / {one['level']} / {one['behind']}, {one['mean']:+.4f}"


def _start(words: dict[str, str], language: str) -> str:  # noqa: ARG001 - as the others
    rows = [
        [
            f"{size['conversions']:,}",
            " / ".join(
                f"{size[f'{whose}log_loss']:.4f}".removeprefix("0")
                for whose in ("", "points_", "base_rate_")
            ),
            f"{100 * size['coverage']:.0f}",
            f"{100 * size['sufficient_share']:.0f}",
        ]
        for size in _read("cold_start")["sizes"]
    ]
    return markdown([words[name] for name in ("start", "losses", "held", "sure")], rows)


def _ages(words: dict[str, str], language: str) -> str:  # noqa: ARG001 - as the others
    rows = [
        [
            f"{one['age_hours']}",
            _short(one["wanted"]),
            f"{_short(one['auc'])} ± {_short(one['se'])}",
            f"{_short(one['best_other_auc'])} ({CONTENDERS[one['best_other']]})",
            "{ahead:+.3f} ± {se:.3f}".format(**one["ahead_of_default_lightgbm"]),
        ]
        for one in _read("quality")["bpic2012_ages"]
    ]
    names = ("age", "wanted", "age_auc", "other", "ahead")
    return markdown([words[name] for name in names], rows)


def _limit(words: dict[str, str], language: str) -> str:  # noqa: ARG001 - as the others
    parts = ("of_luck_in_outcomes", "of_change_of_times", "of_features_and_trees")
    rows = [
        [
            f"{one['leads']:,}; {one['converted_rows']:,}",
            *(_short(one[name], 4) for name in ("limit", "mikomi", "gap", *parts)),
        ]
        for one in _read("limit")["sizes"]
    ]
    names = ("company", "best_known", "reached", "gap", "luck", "change", "rest")
    return markdown([words[name] for name in names], rows)


def _short(figure: float, digits: int = 3) -> str:
    """Write a figure below one without its zero.

    >>> _short(0.70312), _short(0.01, 4)
    ('.703', '.0100')
    """
    return f"{figure:.{digits}f}".removeprefix("0")


def _speed(words: dict[str, str], language: str) -> str:
    features, explain = _read("features"), _read("explain")
    faster = features["in_memory"]["times_faster"]
    rows = [
        [words["peer"].format(peer=names[language == "ja"]), f"{faster[peer]:g}"]
        for peer, names in PEERS.items()
    ]
    rows.append([words["floor"], f"{features['from_parquet']['times_the_floor']:g}"])
    rows.append([words["growth"], f"{features['growth']['times_longer']:g}"])
    parts = features["partitions"]
    count = round(parts["activities"] / 1e6)
    rows.append([words["memory"].format(count=count), f"{parts['most_memory_gib']:g}"])
    shape, model = list(explain["models"].items())[-1]
    rows.append([words["contrib"].format(shape=shape), f"{model['times_pred_contrib']:.0f}"])
    rows.append([words["large"], f"{model['times_large_pred_contrib']:.0f}"])
    alone = model["tables_single_us_per_lead"]
    rows.append([words["lead"], f"{model['tables_us_per_lead']:.1f}; {alone:.1f}"])
    ranking = explain["ranking"]
    million = 1_000_000 / ranking["leads"] * ranking["cpu_seconds"]
    rows.append([words["million"], f"{million:.0f}"])
    rows.append(_whole(words))
    serving = _read("serving")
    rows.append([words["null"], f"{100 * serving['share_of_null']:.0f}"])
    rows.append([words["mlflow"], f"{serving['times_mlflow']:.0f}"])
    rows.append([words["handler"], f"{serving['handler_us']:.0f}"])
    rows.append([words["tail"], f"{serving['p99_over_p50']:.1f}"])
    rows += _store(words)
    rows += _pages(words)
    return markdown([words["what"], words["figure"]], rows)


def _whole(words: dict[str, str]) -> list[str]:
    """Tell what ranking all leads from the command line takes."""
    found = _read("score_all")["all"]
    seconds = 1_000_000 / found["ranking"]["leads"] * found["score"]["cpu_seconds"]
    said = words["whole"].format(count=round(found["activities"] / 1e6))
    return [said, f"{seconds:.0f}; {found['score']['peak_mib'] / 1024:.2f}"]


def _store(words: dict[str, str]) -> list[list[str]]:
    """Give the lines of the store on both databases."""
    found = _read("store")
    both = [found[name] for name in ("sqlite", "postgresql")]
    kept = [f"{one['bulk']['activities_per_second']:,.0f}" for one in both]
    scored = [f"{one['score']['p99_ms']:.1f}" for one in both]
    return [[words["kept"], "; ".join(kept)], [words["of_store"], "; ".join(scored)]]


def _pages(words: dict[str, str]) -> list[list[str]]:
    """Tell what a signed-in manager waits for, the median on each database."""
    found = _read("pages")
    both = [found["sqlite"], found["postgresql"]]
    lists = [name for name in both[0]["pages"] if name.startswith("ranking")]
    times = {
        words["page"].format(leads=found["asked"]["leads"]): [
            _middle(one, "ranking") for one in both
        ],
        words["slowest"].format(pages=len(lists)): [one["slowest_ms"]["ranking"] for one in both],
        words["lead_page"]: [_middle(one, "lead_500_activities") for one in both],
    }
    return [[said, "; ".join(f"{one:.0f}" for one in own)] for said, own in times.items()]


def _middle(database: dict[str, Any], page: str) -> float:
    return float(database["pages"][page]["p50_ms"])
