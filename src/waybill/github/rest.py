"""GitHub's REST interface, through PyGithub's requester: which says what was asked, and never sleeps behind our back.

The requester, not PyGithub's objects: those ask again, unseen, for every attribute that an answer lacks (an older
GitHub Enterprise Server gives no `digest`), and their `create_status` knows no `log_url`. Of PyGithub's own behaviour
its retries (which sleep up to an hour for a rate limit) and its pauses between requests are turned off.

No exception of PyGithub or `requests` leaves this module, or is chained to one that does: theirs carry the token.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from waybill.errors import Fault, InputError
from waybill.github.meanings import Meanings, Trouble, message_of

if TYPE_CHECKING:
    from github.Requester import Requester

PUBLIC = "https://api.github.com"
TIMEOUT = 15
"""Seconds for connecting, and for each read."""

_FIRST_PAUSE = 0.5


class Absent(Exception):
    """GitHub has nothing there, or does not show it to this token (404)."""


class Rest:
    """One GitHub, one token. `permission` is what the token needs, for advice; `means` what its answers mean."""

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
        self.means = Meanings(self.api_url, token, permission)
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
            trouble = self.means.refused(error.status, error.headers or {}, message_of(error.data))
        except requests.RequestException as error:
            trouble = self.means.broken(error)
        except (RuntimeError, AssertionError, ValueError) as error:  # redirects elsewhere, and what is no JSON
            trouble = Trouble(self.means.nonsense(str(error)))
        else:
            found.append(answer)
            return None
        return trouble if verb == "GET" else Trouble(trouble.error)

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
