"""GitHub's REST interface, through PyGithub's requester: which says what was asked, and never sleeps behind our back.

The requester, not PyGithub's objects: those ask again, unseen, for every attribute that an answer lacks (an older
GitHub Enterprise Server gives no `digest`), and their `create_status` knows no `log_url`. Of PyGithub's own behaviour
its retries (which sleep up to an hour for a rate limit) and its pauses between requests are turned off.

No exception of PyGithub or `requests` leaves this module, or is chained to one that does: theirs carry the token.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from waybill.errors import Fault, IdentityError, InputError, Unavailable
from waybill.redaction import Redactor

if TYPE_CHECKING:
    from github.Requester import Requester

PUBLIC = "https://api.github.com"
TIMEOUT = 15
"""Seconds for connecting, and for each read."""

LONGEST_WAIT = 30.0
"""Seconds of a `retry-after` that are waited for; a limit that lasts longer is told instead."""

_FIRST_PAUSE = 0.5
_QUERY = re.compile(r"\?[^\s)'\"]*")
_STATUS = "https://www.githubstatus.com tells whether GitHub has trouble."


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why GitHub gave no answer, in words without any secret. `wait`: seconds after which to ask again, None: never."""

    error: IdentityError | Unavailable
    wait: float | None = None


class Absent(Exception):
    """GitHub has nothing there, or does not show it to this token (404)."""


class Rest:
    """One GitHub, one token. `permission` is what the token needs, for advice: `contents: read`."""

    def __init__(
        self,
        api_url: str,
        token: str,
        *,
        permission: str,
        sleep: Callable[[float], object],
        attempts: int = 4,
        timeout: int = TIMEOUT,
    ) -> None:
        """Nothing is imported, checked or asked yet. An empty `api_url` is github.com's."""
        self.api_url = (api_url or PUBLIC).rstrip("/")
        self.token = token
        self.timeout = timeout
        self._permission = permission
        self._sleep = sleep
        self._attempts = attempts
        self._made: Requester | None = None

    def check_address(self) -> None:
        """Raise `InputError` where the API's address is none."""
        try:
            parts = urlsplit(self.api_url)
            good = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
        except ValueError:
            good = False
        if not good or any(one.isspace() for one in self.api_url):
            rule = "must be the http address of a GitHub API."
            raise InputError([Fault("GITHUB_API_URL", self.api_url, rule, PUBLIC)], "Nothing was touched.")

    def get(self, path: str, **parameters: Any) -> Any:
        """Return the document at a path (`/repos/...`). Raises `Absent`, `IdentityError`, `Unavailable`."""
        return self._asked("GET", path, parameters=parameters)

    def post(self, path: str, document: Mapping[str, Any]) -> Any:
        """Create something, once: what may have got through is not sent again. Raises as `get` does."""
        return self._asked("POST", path, document=dict(document))

    def persistent(self, ask: Callable[[], Trouble | None]) -> None:
        """Call `ask` until it has no trouble, or trouble that does not pass; raises the last."""
        for attempt in range(1, self._attempts + 1):
            trouble = ask()
            if trouble is None:
                return
            if trouble.wait is None or attempt == self._attempts:
                raise trouble.error
            self._sleep(max(trouble.wait, _FIRST_PAUSE * 2 ** (attempt - 1)))

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
        if status >= 500:
            return Trouble(Unavailable(f"GitHub could not answer ({said}).", f"Run again later; {_STATUS}"), 0.0)
        return Trouble(IdentityError(f"GitHub refused it ({said}).", self._advice()))

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

    def _asked(self, verb: str, path: str, **request: Any) -> Any:
        found: list[Any] = []
        self.persistent(lambda: self._once(found, verb, path, **request))
        if found[0] is Absent:
            raise Absent(path)
        return found[0]

    def _once(
        self,
        found: list[Any],
        verb: str,
        path: str,
        parameters: dict[str, Any] | None = None,
        document: dict[str, Any] | None = None,
    ) -> Trouble | None:
        import requests  # noqa: PLC0415 - a third of a second with PyGithub, for runs that ask GitHub only

        from github import GithubException  # noqa: PLC0415

        headers = {"Accept": "application/vnd.github+json"}
        try:
            _, answer = self._requester().requestJsonAndCheck(verb, path, parameters, headers, document)
        except GithubException as error:
            if error.status == 404:
                found.append(Absent)
                return None
            trouble = self.refused(error.status, error.headers or {}, message_of(error.data))
        except requests.RequestException as error:
            trouble = self.broken(error)
        except (RuntimeError, AssertionError, ValueError) as error:  # redirects elsewhere, and what is no JSON
            trouble = Trouble(self.nonsense(str(error)))
        else:
            found.append(answer)
            return None
        return trouble if verb == "GET" else Trouble(trouble.error)

    def nonsense(self, why: str) -> Unavailable:
        """Return the error of an answer that no GitHub gives."""
        what = f"What answers at {self.api_url} does not speak as GitHub's API does: {self.shown(why)}."
        return Unavailable(what, "See that GITHUB_API_URL names the API, and that no proxy answers in its place.")

    def _requester(self) -> Requester:
        if self._made is None:
            from github import Auth, Github  # noqa: PLC0415 - see `_once`

            client = Github(
                base_url=self.api_url,
                auth=Auth.Token(self.token) if self.token else None,
                timeout=self.timeout,
                user_agent="waybill",
                retry=None,
                seconds_between_requests=None,
                seconds_between_writes=None,
            )
            self._made = client.requester
        return self._made

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
            return f"Give a token: `github-token`, or GITHUB_TOKEN; in a job, its own with `{self._permission}`."
        return (
            f"The token needs `{self._permission}` of this repository: in a job, `permissions:` gives it. It may also "
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
