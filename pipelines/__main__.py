"""The `mikomi` command: the only place below `serve` that reads a clock.

Decided here: what this project refuses is a message and exit code 2, never a traceback; so is what
the machine does to it, with exit code 5, after which the same command can be run again; anything
else is a defect and shows one. Idle OpenMP threads sleep instead of spinning.
"""

import os
import sys
from datetime import UTC, datetime

from features.errors import BadRequest, MachineFault, MikomiError

REFUSED = 2
FAILED = 5
"""The machine or another service failed: the same command can be run again."""
LEARNING = ("distributed", "dvc", "matplotlib", "mlflow", "optuna", "python_calamine", "sklearn")
"""Packages of the extra `train`, which a server alone is installed without."""


def main() -> int:
    """Run the command line and return the exit code."""
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from pipelines.commands.app import app  # noqa: PLC0415 - after the environment is set
    from pipelines.commands.console import refuse  # noqa: PLC0415

    try:
        app(obj=_now, prog_name="mikomi")
    except MikomiError as error:
        refuse(error)
        return FAILED if isinstance(error, MachineFault) else REFUSED
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package not in LEARNING:
            raise
        refuse(_serves_only(package))
        return REFUSED
    except Exception as error:
        fault = _of_the_machine(error)
        if fault is None:
            raise
        refuse(fault)
        return FAILED
    return 0


def _of_the_machine(error: Exception) -> MikomiError | None:
    from pipelines.storage.machine import in_words  # noqa: PLC0415 - slow to import, rarely needed

    return in_words(error)


def _serves_only(package: str) -> MikomiError:
    return BadRequest.of(
        f"an installation that serves only: there is no {package}",
        "one that can learn, for this command",
        "in a checkout of mikomi pip install '.[train]', or use the image `train`",
    )


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the command line is where time comes in


if __name__ == "__main__":
    sys.exit(main())
