"""Where the time of one answer goes: the stages of the handler, in one run, without HTTP.

    python -m benchmarks.serving.serving_stages

Decided here: stages run in turn, as in a request, so that each finds the caches as the one before
left them; the median over many answers counts. `handler_us` is their sum: from the bytes of the
body to those of the answer.
"""

import json
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import msgspec

from models.artifact import artifact
from serve.scoring.loaded_model import LoadedModel

ACTIVITIES: Final = 30
ANSWERS: Final = 2_000
_FOLDER: Final = Path(__file__).parents[2] / "artifacts" / "serve"


def lead(types: tuple[str, ...]) -> bytes:
    """Make a lead with activities that the model knows, about 2.5 KB."""
    now = datetime.now(UTC).replace(microsecond=0)  # noqa: TID251 - a benchmark has a clock
    done = [
        {
            "activity_type": types[n % len(types)],
            "occurred_at": (now - timedelta(hours=7 * n + 1)).isoformat(),
            "dwell_seconds": 10.5 + n,
        }
        for n in range(ACTIVITIES)
    ]
    body = {
        "lead_id": "L-1001",
        "created_at": (now - timedelta(days=40)).isoformat(),
        "attributes": {"industry": "製造業", "employee_count": 120},
        "activities": done,
    }
    return json.dumps(body, ensure_ascii=False).encode()


def stages(loaded: LoadedModel, body: bytes) -> dict[str, Any]:
    """Measure the CPU of the stages of one answer, in microseconds."""
    now = datetime.now(UTC)  # noqa: TID251 - a benchmark has a clock
    encode = msgspec.json.Encoder().encode
    steps: dict[str, Callable[[Any], Any]] = {
        "read": lambda _: loaded.request_from_bytes(body, now),
        "features": lambda request: (request, loaded.values(request)),
        "score_and_reasons": lambda made: (*made, loaded.scorer.score_lead(made[1])),
        "answer": lambda made: loaded.response(*made, "ja", "r"),
        "encode": encode,
    }
    times: dict[str, list[int]] = {name: [] for name in steps}
    for _ in range(ANSWERS):
        made: Any = None
        for name, step in steps.items():
            begin = time.process_time_ns()
            made = step(made)
            times[name].append(time.process_time_ns() - begin)
    middle = {name: statistics.median(samples) / 1000 for name, samples in times.items()}
    return {"stages_us": middle, "handler_us": sum(middle.values())}


def main() -> None:
    """Show the stages."""
    pointer = json.loads((_FOLDER / "champion.json").read_text())
    stored = artifact.load(_FOLDER / "models" / pointer["fingerprint"])
    loaded = LoadedModel(stored, pointer["version"])
    loaded.warm()
    print(json.dumps(stages(loaded, lead(loaded.types)), indent=2))


if __name__ == "__main__":
    main()
