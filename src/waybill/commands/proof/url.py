"""`verify-url`: after success, the page is asked for until it answers as it should."""

from __future__ import annotations

from dataclasses import dataclass

from waybill.commands.tools import Tools
from waybill.domain.deploy.delivery import UrlCheck
from waybill.domain.deploy.url_check import shown_url, wanted_text
from waybill.errors import PipelineError, Unavailable
from waybill.ports.http import Answer, Asker
from waybill.progress import Waiting

SHORTEST, LONGEST, GROWTH = 1.0, 15.0, 1.5
"""Seconds between two questions."""

PATIENCE = 15.0
"""Seconds that one answer may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How asking ended: how often, and the last answer in words. `url` is fit to be told."""

    url: str
    times: int
    last: str

    @property
    def words(self) -> str:
        """The end in one sentence."""
        return f"{self.last} (asked {'once' if self.times == 1 else f'{self.times} times'})"


def verify_url(check: UrlCheck, version: str, asker: Asker, tools: Tools, *, end: float) -> Asked:
    """Ask until the page answers as it should; `end` is on the monotonic clock. It is asked once in any case.

    Raises `PipelineError` where it has not by then, and `Cancelled`.
    """
    url, text = shown_url(check.url), wanted_text(check, version)
    pause, times, told = SHORTEST, 0, ""
    while True:
        tools.cancellation.check()
        patience = min(PATIENCE, max(1.0, end - tools.clock.monotonic()))
        last, good = _ask(check, text, asker, patience)
        times += 1
        if good:
            return Asked(url=url, times=times, last=last)
        left = end - tools.clock.monotonic()
        if left <= 0:
            asked = Asked(url=url, times=times, last=last)
            raise PipelineError(
                f"verify-url: {url} does not answer as it should: {asked.words}.",
                f"It should answer {_wanted(check, text)}. The pipeline itself succeeded. Look at what the page says, "
                "and whether a cache still holds the old one.",
            )
        # Spread out, so that many regions or repositories do not ask at the same moments.
        wait = min(left, pause * (0.8 + 0.4 * tools.retry.random()))
        if last != told:
            tools.reporter.tell(Waiting(url, last, wait, left))
            told = last
        tools.clock.sleep(wait)
        pause = min(LONGEST, pause * GROWTH)


def _ask(check: UrlCheck, text: str, asker: Asker, patience: float) -> tuple[str, bool]:
    """Return what the page answers, in words, and whether it should."""
    try:
        answer = asker.get(check.url, timeout=patience)
    except Unavailable as error:
        return error.what.rstrip("."), False
    return _judged(check, text, answer)


def _judged(check: UrlCheck, text: str, answer: Answer) -> tuple[str, bool]:
    if answer.status != check.status:
        return f"it answers {answer.status}", False
    if text not in answer.text:
        return f"it answers {answer.status} without the text {text[:100]!r}", False
    return f"it answers {answer.status}{' with the text' if text else ''}", True


def _wanted(check: UrlCheck, text: str) -> str:
    return f"{check.status} with the text {text[:100]!r}" if text else str(check.status)
