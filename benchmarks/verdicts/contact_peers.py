"""Contact value against econml: the same splits, the same columns, errors of paired differences.

    MIKOMI_ECONML=PYTHON python -m benchmarks.verdicts.contact_peers

Decided here: mikomi does not need econml, so it runs in an interpreter of its own, which
`MIKOMI_ECONML` names (a fresh environment, `uv pip install -c requirements-bench.lock econml`);
without it the peers are left out, and that is said. Hillstrom's test: the share of the extra visits
in the top fifth, on the half that nothing was learned on. Companies with planted effects: the true
extra wins of calling whom a method says that a call helps, and of the first fifth, over those of
one who knows every effect.
"""

import os
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from benchmarks import harness
from benchmarks.verdicts.contact import FIRST_SEED, SPLITS, hillstrom_test, planted_test, share_of
from models.contact.cross_fit import cross_fit
from models.contact.lead_effects import lead_effects
from models.contact.policy import top
from models.contact.rows import ContactRows, Flags, Floats

OURS: Final = "mikomi"
COMPANIES: Final = 3
LEADS: Final = 60_000
_FIRST: Final = FIRST_SEED + 50
_Effects = dict[str, Floats]


def main() -> None:
    """Measure both parts, and write `results/contact_peers.json`."""
    if peer() is None:
        print("MIKOMI_ECONML names no interpreter: econml is left out")
    seconds: dict[str, float] = {}
    result = {"peers": peer() is not None, "hillstrom": hillstrom(seconds)}
    print(result, flush=True)
    result["planted"] = planted(seconds)
    result["cpu_seconds"] = seconds
    print(result, flush=True)
    harness.write("contact_peers", result, "scikit-learn")


def peer() -> str | None:
    """Return the interpreter that has econml."""
    return os.environ.get("MIKOMI_ECONML")


def hillstrom(seconds: dict[str, float]) -> dict[str, Any]:
    """Measure the share of the extra visits that the top fifth holds, by method and split."""
    columns, mailed, visit = hillstrom_test()
    lines = []
    for seed in range(FIRST_SEED, FIRST_SEED + SPLITS):
        half = np.random.default_rng(seed).random(len(columns)) < 0.5
        by_method = effects(columns, (mailed, visit), half, mailed.mean(), seconds)
        judged = (mailed[~half], visit[~half])
        lines.append({name: share_of(effect, *judged) for name, effect in by_method.items()})
    return {"splits": lines} | compared(lines)


def planted(seconds: dict[str, float]) -> dict[str, Any]:
    """Measure the share of an oracle's extra wins, by method and company."""
    helped, fifth = [], []
    for seed in range(_FIRST, _FIRST + COMPANIES):
        rows, true = planted_test(LEADS, seed)
        half = np.random.default_rng(seed).random(int(rows.unit.max()) + 1)[rows.unit] < 0.5
        by_method = effects(rows.frame, (rows.contacted, rows.label), half, 0.5, seconds)
        aim = true[~half]
        helped.append(
            {n: float(aim[e > 0.0].sum() / aim[aim > 0.0].sum()) for n, e in by_method.items()}
        )
        best = aim[top(aim, 0.2)].sum()
        fifth.append({n: float(aim[top(e, 0.2)].sum() / best) for n, e in by_method.items()})
        print(helped[-1], fifth[-1], flush=True)
    return {
        "companies": COMPANIES,
        "leads": LEADS,
        "all_whom_it_helps": {"companies": helped} | compared(helped),
        "first_fifth": {"companies": fifth} | compared(fifth),
    }


def compared(lines: list[dict[str, float]]) -> dict[str, Any]:
    """Return the mean of each method, and how far mikomi is ahead of it, with the paired error."""
    frame = pd.DataFrame(lines)
    ahead = {
        name: {
            "value": float((frame[OURS] - frame[name]).mean()),
            "error": float((frame[OURS] - frame[name]).std(ddof=1) / np.sqrt(len(frame))),
        }
        for name in frame
        if name != OURS
    }
    return {"mean": frame.mean().to_dict(), "mikomi_ahead": ahead}


def effects(
    frame: pd.DataFrame,
    outcome: tuple[Flags, Floats],
    half: Flags,
    chance: float,
    seconds: dict[str, float],
) -> _Effects:
    """Learn on one half by every method, and return the effects on the other."""
    contacted, label = outcome
    rows = ContactRows(
        frame, contacted, label, np.arange(len(frame)), np.full(len(frame), chance)
    ).of(half)
    begin = time.process_time()
    ours = lead_effects(rows, cross_fit(rows)).of(frame[~half])["effect"].to_numpy()
    seconds[OURS] = seconds.get(OURS, 0.0) + time.process_time() - begin
    return {OURS: ours} | _of_peers(frame, outcome, half, seconds)


def _of_peers(
    frame: pd.DataFrame, outcome: tuple[Flags, Floats], half: Flags, seconds: dict[str, float]
) -> _Effects:
    python = peer()
    if python is None:
        return {}
    x = pd.get_dummies(frame, dtype=np.float64).to_numpy(np.float64)
    spread = x.std(axis=0)
    x = (x - x.mean(axis=0)) / np.where(spread > 0.0, spread, 1.0)
    with tempfile.TemporaryDirectory() as folder:
        source, target = (Path(folder) / f"{name}.npz" for name in ("in", "out"))
        contacted, label = (one[half].astype(np.int64) for one in outcome)
        np.savez(source, x=x[half], others=x[~half], contacted=contacted, label=label)
        script = str(Path(__file__).with_name("contact_peer_fit.py"))
        clean = {key: one for key, one in os.environ.items() if key != "PYTHONPATH"}
        subprocess.run([python, script, str(source), str(target)], check=True, env=clean)  # noqa: S603
        made = np.load(target)
        by_method = {name: made[name] for name in made.files if not name.startswith("cpu_seconds")}
        for name in by_method:
            seconds[name] = seconds.get(name, 0.0) + float(made[f"cpu_seconds {name}"])
    return by_method


if __name__ == "__main__":
    main()
