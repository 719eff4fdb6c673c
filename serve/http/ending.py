"""How a process of the server ends: at once while it prepares, and when its parent is gone."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def ends_at_once() -> Iterator[None]:
    """Let a signal end a process that prepares, which answers nobody yet.

    Otherwise it would end after the model was compiled, which takes a minute the first time.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {one: signal.signal(one, signal.SIG_DFL) for one in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def end_without(parent: Any) -> None:
    """End a worker whose parent was killed: nobody would replace it, and it holds the port.

    Parameters
    ----------
    parent
        The process that spawned this worker; none if this is no worker.
    """
    if parent is not None and not parent.is_alive():
        os.kill(os.getpid(), signal.SIGTERM)
