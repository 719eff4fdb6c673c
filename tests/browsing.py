"""A real browser and a server for it: headless Chromium from the system's packages, on loopback.

Decided here: one browser for all; a server is a thread of the tests, with a clock of their own.
"""

import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from serve.app import create_app
from serve.settings import Settings

SWITCHES = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESKTOP = {"width": 1200, "height": 900}
PHONE = {"width": 390, "height": 844}


NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str:
    """Return the path of the browser; explain how to get one."""
    named = os.environ.get("MIKOMI_CHROMIUM")
    browser = named or next((path for name in NAMES if (path := shutil.which(name))), None)
    if not browser:
        raise RuntimeError("no browser: `make browser` installs one, or set MIKOMI_CHROMIUM")
    return browser


@contextmanager
def browsing() -> Iterator[Browser]:
    """Run the browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(SWITCHES))
        yield browser
        browser.close()


@contextmanager
def site(settings: Settings, now: Callable[[], datetime]) -> Iterator[str]:
    """Serve in a thread until done; give the address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = uvicorn.Config(
        create_app(settings, now), port=port, access_log=False, log_level="error", lifespan="on"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(30)


def follow(page: Page, selector: str) -> None:
    """Click, and wait until the page that this leads to is there: reading does not wait for it."""
    with page.expect_navigation():
        page.click(selector)


def amounts(page: Page, figure: str) -> list[float]:
    """Read the numbers beside the bars of a waterfall."""
    texts = page.locator(f"{figure} svg g text:last-child").all_text_contents()
    return [float(one.removesuffix(" %")) for one in texts]


def serious(page: Page) -> list[Any]:
    """Return what seriously bars people from a page."""
    violations = Axe().run(page).response["violations"]
    return [
        (one["id"], [node["html"] for node in one["nodes"]])
        for one in violations
        if one["impact"] in ("serious", "critical")
    ]
