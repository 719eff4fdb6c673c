"""From an empty folder to scores in stand-ins of kintone and HubSpot, by the lines of the docs.

The lines are read from docs/how-to/connecting.md (of HubSpot: its page); only addresses and tokens
are filled in, and the schedule makes one round. Training is real, on a small company.
`python -m benchmarks first_scores`.
"""

import json
import math
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from benchmarks import harness
from tests.crms.hubspot import TOKEN as HUBSPOT_TOKEN
from tests.crms.hubspot import HubSpotStandIn
from tests.crms.kintone import TOKEN as KINTONE_TOKEN
from tests.crms.kintone import KintoneStandIn
from tests.crms.live import listening
from tests.crms.stand_in import Faults, StandIn
from tests.served import ask, free_port

DEALS: Final = {"kintone": 2_400, "hubspot": 2_400}
DAYS: Final = 720
SEED: Final = 6
_ROOT: Final = Path(__file__).parents[2]
_DOCS: Final = _ROOT / "docs" / "how-to"
_TOKENS: Final = {"kintone": KINTONE_TOKEN, "hubspot": HUBSPOT_TOKEN}
_ADDRESS: Final = re.compile(r"https://<[^>]*>")
_SOURCES: Final = {"展示会": -0.8, "Web": 0.0, "紹介": 0.8}
_INDUSTRIES: Final = {"製造業": 0.7, "小売業": -0.7, "IT": 0.2, "建設業": -0.2}
"""Log-odds of winning that each adds. Firms of a middle size (kintone), or some calls at first but
not many (HubSpot), win more often, which a straight line cannot say.
"""
_OPEN: Final = "open"
_STATES: Final = {_OPEN: "商談中", "closedwon": "受注", "closedlost": "失注"}
"""As HubSpot and as kintone names them."""
_READY_SECONDS: Final = 300.0
_MOST_PUSHES: Final = 120


class Refused(SystemExit):
    """The first model was not promoted."""


def main(_: list[str]) -> None:
    """Go the way once a system, and write what each line took."""
    results = {system: go(system) for system in DEALS}
    sys.stdout.write(json.dumps(results, ensure_ascii=False, indent=2) + "\n")
    harness.write("first_scores", {"systems": results}, "httpx", "lightgbm")


def lines(system: str) -> list[str]:
    """Return the lines of the docs for a system, without remarks."""
    shell = re.search(r"```sh\n(.*?)```", (_DOCS / "connecting.md").read_text("utf-8"), re.DOTALL)
    own = re.search(
        r"```sh\n(.*?)\n", (_DOCS / "connect" / f"{system}.md").read_text("utf-8"), re.DOTALL
    )
    every = [line.split("  #")[0].strip() for line in (shell[1] if shell else "").splitlines()]
    if system != "kintone":
        every = [line.replace("kintone", system) for line in every]
        every[0] = own[1] if own else ""
    return [line for line in every if line and not line.startswith("export ")]


def go(system: str) -> dict[str, Any]:
    """Do all lines for a system; return the seconds of each, and what the CRM shows then."""
    crm = company(system)
    began, used, load = time.monotonic(), _cpu(), os.getloadavg()[0]
    taken: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder, listening(crm) as address:
        work, port = Path(folder), free_port()
        environment = variables(system) | {"MIKOMI_PORT": str(port)}
        with _servers(work, environment, port) as serve:
            for line in lines(system):
                since = time.monotonic()
                if line == "mikomi serve":
                    serve()
                else:
                    do_line(line, address, work, environment)
                taken[_ADDRESS.sub("...", line)] = round(time.monotonic() - since, 1)
    deals = next(iter(crm.tables.values())).values()
    shown = [one.values.get("mikomi_score") for one in deals]
    return {
        "seconds": round(time.monotonic() - began, 1),
        "cpu_seconds": round(_cpu() - used, 1),
        "deals": len(shown),
        "with_scores": sum(bool(one) for one in shown),
        "open": sum(_is_open(one.values) for one in deals),
        "load": round(load, 1),
        "lines": taken,
    }


def variables(system: str) -> dict[str, str]:
    """Return the environment of a shell that does the lines of a system."""
    token = {f"MIKOMI_{system.upper()}_TOKEN": _TOKENS[system]}
    return os.environ | token | {"PYTHONPATH": str(_ROOT)}


def do_line(line: str, address: str, work: Path, environment: dict[str, str]) -> None:
    """Do a line of a shell; a push is done again while the server still ranks.

    Parameters
    ----------
    line
        As the docs have it.
    address
        Of the CRM.
    work
        The folder of the company.
    environment
        Variables.

    Raises
    ------
    Refused
        If the first model is not promoted.
    """
    line = _ADDRESS.sub(address, line).replace("--every 300", "--every 10 --rounds 1")
    line = line.replace("mikomi ", f"{sys.executable} -m pipelines ", 1)
    for _ in range(_MOST_PUSHES if " push " in line else 1):
        done = subprocess.run(  # noqa: S602 - the lines of our own docs, on this machine
            line, shell=True, cwd=work, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            printed = f"{done.stdout[-2_000:]}\n{done.stderr[-2_000:]}"
            raise SystemExit(f"{line}: exit code {done.returncode}\n{printed}")
        if "promoted no" in done.stdout:
            raise Refused(done.stdout[-2_000:])
        if "not ranked yet" not in done.stderr:
            return
        time.sleep(1.0)


@contextmanager
def _servers(work: Path, environment: dict[str, str], port: int) -> Iterator[Any]:
    """Yield what starts the server and waits until it is ready; end it afterwards."""
    running: list[subprocess.Popen[bytes]] = []

    def serve() -> None:
        command = [sys.executable, "-m", "pipelines", "serve"]
        with (work / "server.log").open("wb") as log:
            running.append(  # as in another terminal
                subprocess.Popen(command, cwd=work, env=environment, stdout=log, stderr=log)  # noqa: S603
            )
        until = time.monotonic() + _READY_SECONDS
        while running[0].poll() is None and time.monotonic() < until:
            with suppress(OSError):
                if ask(port, "GET", "/readyz")[0] == 200:
                    return
            time.sleep(0.2)
        raise SystemExit((work / "server.log").read_text("utf-8"))

    try:
        yield serve
    finally:
        for one in running:
            one.terminate()
            one.wait(60)


def company(system: str, seed: int = SEED) -> StandIn:
    """Return a CRM with deals of two years, whose end depends on what is known of them.

    Parameters
    ----------
    system
        `kintone` or `hubspot`.
    seed
        Of everything that is drawn.
    """
    source = random.Random(seed)  # noqa: S311 - a benchmark's own
    faults = Faults(source)
    made = KintoneStandIn(faults) if system == "kintone" else HubSpotStandIn(faults)
    if isinstance(made, KintoneStandIn):
        made.fields["5"] |= {"industry": ("DROP_DOWN", "業種"), "employees": ("NUMBER", "従業員数")}
    today = datetime.now(UTC).replace(microsecond=0)  # noqa: TID251 - as the commands have it
    for n in range(DEALS[system]):
        made.now = today - timedelta(days=DAYS - n * DAYS / DEALS[system])
        _deal(made, made.now, today, source)
    made.now = today
    return made


def _deal(made: StandIn, begun: datetime, today: datetime, source: random.Random) -> None:
    kind, industry = source.choice(list(_SOURCES)), source.choice(list(_INDUSTRIES))
    strength, ended = source.gauss(0.0, 1.0), begun + timedelta(days=source.randrange(15, 80))
    calls = source.randrange(7) if isinstance(made, HubSpotStandIn) else 0
    odds = _SOURCES[kind] + _INDUSTRIES[industry]
    if isinstance(made, KintoneStandIn):
        odds += 0.9 - 1.8 * abs(strength)
    else:
        odds += 1.9 if calls in {2, 3} else -1.6
    is_won = source.random() < 1.0 / (1.0 + math.exp(-odds))
    state = _OPEN if ended > today else "closedwon" if is_won else "closedlost"
    day = f"{ended:%Y-%m-%d}" if state != _OPEN else ""
    if isinstance(made, KintoneStandIn):
        facts = {"status": _STATES[state], "source": kind, "closed": day, "industry": industry}
        made.create("5", facts | {"employees": str(round(100 * math.exp(strength)))})
        return
    values = {
        "dealstage": state,
        "dealtype": kind,
        "hs_analytics_source": industry,
        "createdate": f"{begun:%Y-%m-%dT%H:%M:%SZ}",
        "closedate": f"{day}T00:00:00Z" if day else "",
    }
    deal = made.create("deals", values)
    assert isinstance(made, HubSpotStandIn)  # noqa: S101 - there are two systems
    for _ in range(calls):
        at = min(begun + timedelta(hours=source.randrange(1, 20)), today)
        facts = {
            "hs_timestamp": f"{at:%Y-%m-%dT%H:%M:%SZ}",
            "hs_call_direction": source.choice(("INBOUND", "OUTBOUND")),
            "hs_call_duration": str(round(1_000 * source.lognormvariate(5.0, 1.0))),
        }
        call = made.create("calls", facts | {"hs_createdate": facts["hs_timestamp"]})
        made.deals_of["calls", call] = [deal]


def _is_open(values: Mapping[str, Any]) -> bool:
    return bool({_OPEN, _STATES[_OPEN]} & {values.get("status"), values.get("dealstage")})


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main([])
