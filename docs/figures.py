"""Figure tables of the READMEs, read from the files under benchmarks/results/ alone.

Decided here: speeds are ratios to a named peer of the same run; mean AUC and log loss stand for
every size of training data; bold marks the best of a row and those level with it.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from docs import growth, real_peers, real_sets, text_figures
from docs.figure_words import CONTENDERS, DATASETS, PEERS, WORDS
from docs.reference import markdown

RESULTS = Path(__file__).parent.parent / "benchmarks" / "results"


def table(name: str, language: str) -> str:
    """Return one figure block as Markdown.

    Parameters
    ----------
    name
        Of the block: `behind`, `quality`, `ages`, `limit`, `real`, `peers`, `start`, `speed`,
        `growth`, `draw` or `words`.
    language
        `en` or `ja`.
    """
    blocks: dict[str, Callable[[dict[str, str], str], str]] = {
        "behind": _behind,
        "quality": _quality,
        "ages": _ages,
        "limit": _limit,
        "real": _real,
        "peers": _peers,
        "start": _start,
        "speed": _speed,
        "growth": lambda _, language: growth.table(_read("growth"), language),
        "draw": lambda _, language: growth.draw_table(_read("draw"), language),
        "words": lambda _, language: text_figures.table(_read("words"), language),
    }
    return blocks[name](WORDS[language], language)


def _read(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((RESULTS / f"{name}.json").read_text())
    return content


def _behind(words: dict[str, str], language: str) -> str:
    """Return the rows on which another method is better by more than two standard errors."""
    rows = [
        [
            DATASETS[dataset][language == "ja"],
            f"{size:,}",
            *(_behind_best(by_contender, measure) for measure in ("auc", "log_loss")),
        ]
        for (dataset, size), by_contender in _curves().items()
        if _is_behind(by_contender["mikomi"])
    ]
    return markdown([words[name] for name in ("data", "rows", "behind_auc", "behind_loss")], rows)


def _is_behind(line: dict[str, Any]) -> bool:
    return any(line[f"{measure}_behind_best"]["beyond_noise"] for measure in ("auc", "log_loss"))


def _behind_best(by_contender: dict[str, dict[str, Any]], measure: str) -> str:
    """Return by how much mikomi is behind the best of a row, and who that is; a dash if level."""
    gap = by_contender["mikomi"][f"{measure}_behind_best"]
    if not gap["beyond_noise"]:
        return "-"
    best = min(by_contender.values(), key=lambda line: line[f"{measure}_behind_best"]["ahead"])
    digits = 4 if measure == "log_loss" else 3
    name = CONTENDERS[best["contender"]]
    return f"{_short(gap['ahead'], digits)} ± {_short(gap['se'], digits)} ({name})"


def _curves() -> dict[tuple[str, int], dict[str, dict[str, Any]]]:
    """Return the lines of quality.json by data set and training rows, then by contender."""
    lines: dict[tuple[str, int], dict[str, dict[str, Any]]] = {}
    for line in _read("quality")["curves"]:
        lines.setdefault((line["dataset"], line["rows"]), {})[line["contender"]] = line
    return lines


def _quality(words: dict[str, str], language: str) -> str:
    rows = [
        [DATASETS[dataset][language == "ja"], f"{size:,}", *_cells(by_contender)]
        for (dataset, size), by_contender in _curves().items()
    ]
    head = [words["data"], words["rows"], *CONTENDERS.values()]
    standing = f"{words['standing']}\n\n{_standing(words)}"
    return f"{words['auc']}\n\n{markdown(head, rows)}\n\n{standing}"


def _cells(lines: dict[str, dict[str, Any]]) -> list[str]:
    """Return a cell for every contender; a dash for one that was not measured."""
    return [
        f"{_mean(lines[name], 'auc')} / {_mean(lines[name], 'log_loss')}" if name in lines else "-"
        for name in CONTENDERS
    ]


def _mean(line: dict[str, Any], measure: str) -> str:
    written = f"{line[measure]:.3f}".removeprefix("0")
    return written if line[f"{measure}_behind_best"]["beyond_noise"] else f"**{written}**"


def _standing(words: dict[str, str]) -> str:
    standing = _read("quality")["standing"]
    rows = [
        [
            words["best_part"] if name == "best_part" else CONTENDERS[name],
            *(_counts(against[measure]) for measure in ("auc", "log_loss")),
        ]
        for name, against in standing.items()
    ]
    return markdown([words["against"], "AUC", words["gain"]], rows)


def _counts(one: dict[str, float]) -> str:
    return f"{one['ahead']} / {one['level']} / {one['behind']}, {one['mean']:+.4f}"


def _start(words: dict[str, str], language: str) -> str:  # noqa: ARG001 - as the others
    rows = [
        [
            words[f"points_{table}"],
            f"{size['companies']}; {measured['leads']:,}",
            f"{size['conversions']:,}",
            " / ".join(
                f"{size[f'{whose}log_loss']:.4f}".removeprefix("0")
                for whose in ("", "points_", "base_rate_")
            ),
            f"{100 * size['coverage']:.0f}",
            f"{100 * size['sufficient_share']:.0f}",
        ]
        for table, measured in _read("cold_start")["tables"].items()
        for size in measured["sizes"]
    ]
    return markdown(
        [words[name] for name in ("points", "companies", "start", "losses", "held", "sure")], rows
    )


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


def _real(words: dict[str, str], language: str) -> str:  # noqa: ARG001 - as the others
    return real_sets.table(_read("explained_share"), language)


def _peers(words: dict[str, str], language: str) -> str:  # noqa: ARG001 - as the others
    return real_peers.table(_read("real_peers"), language)


def _with_error(one: dict[str, float], name: str) -> str:
    """Return a figure with its standard error over companies, if it has one."""
    figure = _short(one[name], 4)
    return f"{figure} ± {_short(one[f'{name}_se'], 4)}" if f"{name}_se" in one else figure


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
    growth_of = features["growth"]
    longer = (f"{growth_of[name]:g}" for name in ("times_longer", "fill_times_longer"))
    rows.append([words["growth"], "; ".join(longer)])
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
    served = serving["model"]
    rows.append([words["served"], f"{served['trees']}; {served.get('leaves', 0)}"])
    rows.append([words["tail"], f"{serving['p99_over_p50']:.1f}"])
    rows += _promoted(words)
    rows += _store(words)
    rows += _pages(words)
    return markdown([words["what"], words["figure"]], rows)


def _whole(words: dict[str, str]) -> list[str]:
    """Return CPU seconds and memory of ranking all leads from the command line."""
    measured = _read("score_all")["all"]
    seconds = 1_000_000 / measured["ranking"]["leads"] * measured["score"]["cpu_seconds"]
    title = words["whole"].format(count=round(measured["activities"] / 1e6))
    return [title, f"{seconds:.0f}; {measured['score']['peak_mib'] / 1024:.2f}"]


def _promoted(words: dict[str, str]) -> list[list[str]]:
    """Return the rows of the ranking by a new model on PostgreSQL, without and with accounts."""
    measured, rows = _read("promoted"), []
    for database in ("postgresql", "postgresql_defaults"):
        both = [measured[database], measured[f"{database}_accounts"]]
        times = (f"{one['seconds']:.0f}; {one['cpu_microseconds_a_lead']:.0f}" for one in both)
        tails = (f"{one['p99_ratio']:.1f}" for one in both)
        title = words[f"promoted_{database}"].format(leads=both[0]["leads"])
        rows += [[title, " / ".join(times)], [words["beside"], " / ".join(tails)]]
    return rows


def _store(words: dict[str, str]) -> list[list[str]]:
    """Return the rows of the store on both databases."""
    measured = _read("store")
    both = [measured[name] for name in ("sqlite", "postgresql")]
    bulk = [f"{one['bulk']['activities_per_second']:,.0f}" for one in both]
    scored = [f"{one['score']['p99_ms']:.1f}" for one in both]
    return [[words["stored"], "; ".join(bulk)], [words["of_store"], "; ".join(scored)]]


def _pages(words: dict[str, str]) -> list[list[str]]:
    """Return the median response times of pages for a signed-in manager, on each database."""
    measured = _read("pages")
    both = [measured["sqlite"], measured["postgresql"]]
    lists = [name for name in both[0]["pages"] if name.startswith("ranking")]
    times = {
        words["page"].format(leads=measured["settings"]["leads"]): [
            _middle(one, "ranking") for one in both
        ],
        words["slowest"].format(pages=len(lists)): [one["slowest_ms"]["ranking"] for one in both],
        words["lead_page"]: [_middle(one, "lead_500_activities") for one in both],
    }
    return [[title, "; ".join(f"{one:.0f}" for one in own)] for title, own in times.items()]


def _middle(database: dict[str, Any], page: str) -> float:
    return float(database["pages"][page]["p50_ms"])
