"""What GitHub's refusals mean, and connections that break: an error of ours, and whether to ask again."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from waybill.domain.denials.tokens import token_denied
from waybill.errors import IdentityError, Unavailable
from waybill.redaction import Redactor

LONGEST_WAIT = 30.0
"""Seconds of a `retry-after` that are waited for; a limit that lasts longer is told instead."""

_QUERY = re.compile(r"\?[^\s)'\"]*")
_STATUS = "https://www.githubstatus.com tells whether GitHub has trouble."


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why GitHub gave no answer, in words without any secret. `wait`: seconds after which to ask again, None: never."""

    error: IdentityError | Unavailable
    wait: float | None = None


@dataclass(frozen=True, slots=True)
class Meanings:
    """Of what one GitHub says to one token. `permission` is what the token needs: `contents: read`."""

    api_url: str
    token: str
    permission: str

    def refused(self, status: int, headers: Mapping[str, str], message: str) -> Trouble:
        """Return what an answer of 400 and above means (docs.github.com: best practices, rate limits)."""
        said = f"{status} {self.shown(message)}".strip()
        low = {name.lower(): value for name, value in headers.items()}
        limited = "rate limit" in message.lower() or low.get("x-ratelimit-remaining") == "0" or "retry-after" in low
        if status == 429 or (status == 403 and limited):
            return self._limited(said, low)
        if status == 401:
            what = f"GitHub did not take the token of `github-token` ({said})."
            return Trouble(IdentityError(what, self._advice()))
        if status in {403, 451}:
            what = f"GitHub refused it ({said})."
            return Trouble(
                token_denied(what, self._advice(), permission=self.permission, resource=self.api_url, said=said)
            )
        if status >= 500:
            return Trouble(Unavailable(f"GitHub could not answer ({said}).", f"Run again later; {_STATUS}"), 0.0)
        return Trouble(Unavailable(f"GitHub would not do it ({said})."))

    def broken(self, reason: str | Exception) -> Trouble:
        """Return what a connection that failed means. Of addresses no query is shown: it may be a signature."""
        text = reason if isinstance(reason, str) else f"{type(reason).__name__}: {reason}"
        host = urlsplit(self.api_url).hostname
        advice = f"See that this machine reaches {host}, and that its proxy is right; {_STATUS}"
        return Trouble(Unavailable(f"GitHub could not be reached: {self.shown(_QUERY.sub('', text))}.", advice), 0.0)

    def shown(self, text: str) -> str:
        """Return a text of GitHub's on one line, short, without the token."""
        line = " ".join(Redactor((self.token,)).redact(text).split()).rstrip(".")
        return line if len(line) <= 300 else f"{line[:300]}…"

    def nonsense(self, why: str) -> Unavailable:
        """Return the error of an answer that no GitHub gives."""
        what = f"What answers at {self.api_url} does not speak as GitHub's API does: {self.shown(why)}."
        return Unavailable(what, "See that GITHUB_API_URL names the API, and that no proxy answers in its place.")

    def _limited(self, said: str, headers: Mapping[str, str]) -> Trouble:
        after, reset = headers.get("retry-after", ""), headers.get("x-ratelimit-reset", "")
        wait = float(after) if after.isascii() and after.isdigit() else None
        until = ""
        if wait is not None:
            until = f" It may be asked again in {wait:.0f} s."
        elif reset.isascii() and reset.isdigit() and headers.get("x-ratelimit-remaining") == "0":
            until = f" It lasts until {time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(int(reset)))}."
        own = "" if self.token else " With a token (`github-token`, or GITHUB_TOKEN) it is far higher."
        error = Unavailable(f"GitHub limits how often it may be asked ({said}).{until}", f"Run again later.{own}")
        return Trouble(error, wait if wait is not None and wait <= LONGEST_WAIT else None)

    def _advice(self) -> str:
        if not self.token:
            return f"Give a token: `github-token`, or GITHUB_TOKEN; in a job, its own with `{self.permission}`."
        return (
            f"The token needs `{self.permission}` of this repository: in a job, `permissions:` gives it. It may also "
            "be expired, of another host (GITHUB_API_URL), or not yet let in by the organisation's single sign-on."
        )


def message_of(answer: Any) -> str:
    """Return the `message` in an answer of GitHub's, parsed or not; nothing where it has none."""
    if isinstance(answer, bytes):
        try:
            answer = json.loads(answer)
        except ValueError:
            return ""
    message = answer.get("message") if isinstance(answer, dict) else None
    return message if isinstance(message, str) else ""
