"""The `mikomi` command: the only place below `serve` that reads a clock.

Decided here: what this project refuses is a message and exit code 2, never as a traceback;
anything else is a defect and shows one. Idle OpenMP threads sleep instead of spinning.
"""

import os
import sys
from datetime import UTC, datetime

from features.errors import MikomiError

REFUSED = 2


def main() -> int:
    """Run the command line and return the exit code."""
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    from pipelines.commands.app import app  # noqa: PLC0415 - after the environment is set
    from pipelines.commands.console import refuse  # noqa: PLC0415

    try:
        app(obj=_now, prog_name="mikomi")
    except MikomiError as error:
        refuse(error)
        return REFUSED
    return 0


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the command line is where time comes in


if __name__ == "__main__":
    sys.exit(main())
