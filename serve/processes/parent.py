"""A helper ends when its parent does, whatever it is doing then.

Decided here: a thread looks, because a round may take minutes on a busy machine; what a round has
not written yet is done again by the next helper.
"""

import os
import threading
import time
from typing import Final

_SECONDS: Final = 0.5


def end_with(parent: int) -> None:
    """End this process soon after its parent has ended.

    Parameters
    ----------
    parent
        The PID of the parent.
    """
    threading.Thread(target=_watch, args=(parent,), name="parent", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_SECONDS)
    os._exit(0)
