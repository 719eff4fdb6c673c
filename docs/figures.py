"""README's figures, each read from a file under benchmarks/results/ and from nowhere else.

Decided here: speeds are told as ratios to a named peer of the same run; a mean AUC or log loss is
told for every size of training data; bold are the best of a line and those level with it.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from docs.figure_words import CONTENDERS, DATASETS, PEERS, WORDS
from docs.reference import markdown

RESULTS = Path(__file__).parent.parent / "benchmarks" / "results"


def table(name: str, language: str) -> str:
    """Draw one figure block in a language."""
    blocks: dict[str, Callable[[dict[str, str], str], str]] = {
        "quality": _quality,
        "ages": _ages,
        "limit": _limit,
        "start": _start,
        "speed": _speed,
    }
    return blocks[name](WORDS[language], language)


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
            f"{one['leads']:,}; {one['converted_rows']:,.0f}; {one['companies']}",
            *(_short(one[name], 4) for name in ("limit", "mikomi")),
            *(_with_error(one, name) for name in ("gap", *parts)),
        ]
        for one in _read("limit")["sizes"]
    ]
    names = ("company", "best_known", "reached", "gap", "luck", "change", "rest")
    return markdown([words[name] for name in names], rows)


def _with_error(one: dict[str, float], name: str) -> str:
    """Tell a figure with the standard error that it has over companies, if it has one."""
    told = _short(one[name], 4)
    return f"{told} ± {_short(one[f'{name}_se'], 4)}" if f"{name}_se" in one else told


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
