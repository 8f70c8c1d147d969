"""A headless Chromium, spoken to over its debugging pipe: it opens a page and tells what a person would see."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

PATIENCE = 60.0
"""Seconds for one answer."""

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)


def binary() -> str | None:
    """Return the browser of this machine, None where there is none."""
    named = os.environ.get("WAYBILL_TEST_CHROMIUM")
    names = [named] if named else ["chromium", "chromium-browser", "google-chrome", "chrome"]
    return next((found for name in names if (found := shutil.which(name))), None)


@dataclass(slots=True)
class Page:
    """One open page. `said` are console messages and errors, `asked` the addresses it requested."""

    browser: Browser
    session: str
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def open(self, path: Path, *, width: int, dark: bool) -> None:
        """Show a file in a window so wide (CSS pixels), in light or dark, and wait until it is drawn."""
        self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=900, deviceScaleFactor=1, mobile=width < 600,
        )  # fmt: skip
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.ask("Emulation.setEmulatedMedia", features=[scheme])
        self.ask("Page.navigate", url=path.resolve().as_uri())
        self.browser.until("Page.loadEventFired", self)

    def ask(self, method: str, **parameters: Any) -> Any:
        """Send a command and return its result."""
        return self.browser.ask(method, self.session, **parameters)

    def value(self, expression: str) -> Any:
        """Return what JavaScript of the test's own evaluates to: the page has none."""
        answer = self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def picture(self, path: Path) -> None:
        """Write what the whole page looks like."""
        size = self.ask("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 6000), "scale": 1}
        shot = self.ask("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(shot["data"]))


class Browser:
    """The process and its pipe: JSON messages, each ended by a NUL."""

    def __init__(self, writing: int, reading: int) -> None:
        self._writing = writing
        self._reading = reading
        self._buffer = b""
        self._number = 0
        self._pages: dict[str, Page] = {}
        self._events: list[tuple[str, str]] = []

    def page(self) -> Page:
        """Open an empty page and listen to it."""
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = Page(self, session)
        self._pages[session] = page
        for domain in ("Page", "Runtime", "Log", "Network"):
            page.ask(f"{domain}.enable")
        return page

    def ask(self, method: str, session: str = "", **parameters: Any) -> Any:
        """Send a command and wait for its answer."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        message |= {"sessionId": session} if session else {}
        os.write(self._writing, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                return answer["result"]

    def until(self, event: str, page: Page) -> None:
        """Wait for an event of a page, be it that it came before."""
        while (event, page.session) not in self._events:
            self._next()
        self._events.remove((event, page.session))

    def _next(self) -> dict[str, Any]:
        end = monotonic() + PATIENCE
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._reading], [], [], max(0.0, end - monotonic()))
            block = os.read(self._reading, 65536) if ready else b""
            assert block, "the browser does not answer"
            self._buffer += block
        raw, _, self._buffer = self._buffer.partition(b"\0")
        message: dict[str, Any] = json.loads(raw)
        self._hear(message)
        return message

    def _hear(self, message: dict[str, Any]) -> None:
        page, method = self._pages.get(message.get("sessionId", "")), message.get("method", "")
        if page is None:
            return
        self._events.append((method, page.session))
        said = message.get("params", {})
        if method == "Network.requestWillBeSent":
            page.asked.append(said["request"]["url"])
        elif method == "Log.entryAdded":
            page.said.append(said["entry"]["text"])
        elif method in {"Runtime.consoleAPICalled", "Runtime.exceptionThrown"}:
            page.said.append(json.dumps(said))


@contextmanager
def running(chromium: str, profile: Path) -> Iterator[Browser]:
    """Run a browser with an empty profile, to its end."""
    theirs_in, ours_out = os.pipe()
    ours_in, theirs_out = os.pipe()

    def wire() -> None:
        # The browser reads commands at descriptor 3 and answers at 4; what lies there now may be one of the others.
        reading, writing = os.dup(theirs_in), os.dup(theirs_out)
        spare_in, spare_out = os.dup2(reading, 100), os.dup2(writing, 101)
        os.dup2(spare_in, 3)
        os.dup2(spare_out, 4)

    process = subprocess.Popen(
        [chromium, *FLAGS, f"--user-data-dir={profile}", "about:blank"],
        preexec_fn=wire,  # noqa: PLW1509 - it only copies descriptors
        close_fds=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(theirs_in)
    os.close(theirs_out)
    try:
        yield Browser(ours_out, ours_in)
    finally:
        os.close(ours_out)
        os.close(ours_in)
        with suppress(subprocess.TimeoutExpired):
            process.wait(5)
        process.kill()
        process.wait()
