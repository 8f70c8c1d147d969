"""The runner's OIDC token: a signed statement of what runs, which AWS STS exchanges for a role.

A step of a job with ``permissions: id-token: write`` gets ``ACTIONS_ID_TOKEN_REQUEST_URL`` and ``_TOKEN``, in container
actions too, and may ask for a fresh token at any time.

`actions_toolkit.core.get_id_token` asks the same question, but its request has no timeout and cannot be given one, is
never repeated, reads `os.environ` only, puts the server's answer into the exception's text, and prints its mask past
the one writer of commands. So the request is made here, with the `requests` that it would use, imported late.
`requests` takes proxies and the certificate bundle from the process's environment.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from waybill.errors import IdentityError, Unavailable
from waybill.redaction import Redactor

if TYPE_CHECKING:
    from requests import PreparedRequest, Response

_URL = "ACTIONS_ID_TOKEN_REQUEST_URL"
_TOKEN = "ACTIONS_ID_TOKEN_REQUEST_TOKEN"  # noqa: S105 - the name of a variable

_PERMISSION = (
    "Give the job `permissions: id-token: write` (and name the others it needs, such as `contents: read`, because "
    "naming one takes away the rest). A pull request from a fork never gets this permission: run on `push` or on a "
    "tag instead."
)
_FIRST_PAUSE = 0.5
_JWT = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]*")


@dataclass(frozen=True, slots=True)
class _Failure:
    """One request that brought no token: why, without any secret, and whether another may fare better."""

    reason: str
    transient: bool


class _Bearer:
    """Sets the header itself: with a plain header `requests` would prefer what a ``.netrc`` says of the host."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def fetch_id_token(
    environ: Mapping[str, str],
    audience: str,
    *,
    sleep: Callable[[float], object],
    attempts: int = 4,
    timeout: float = 10.0,
    mask: Callable[[str], object] | None = None,
) -> str:
    """Return a fresh OIDC token for `audience`, after `mask` has been called with it.

    Connection errors, timeouts and answers of 500 and above are tried again, `attempts` times in all, with pauses of
    0.5, 1, 2 ... seconds given to `sleep`; any other answer is final. `timeout` is in seconds, for connecting and for
    each read. Neither the token nor the request token is in any exception, its text, `repr()` or chain.

    Raises `IdentityError` when the job may not ask or is refused, `Unavailable` when no attempt got through.
    """
    url, request_token = environ.get(_URL, ""), environ.get(_TOKEN, "")
    missing = [name for name, value in ((_URL, url), (_TOKEN, request_token)) if not value]
    if missing:
        which = f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set"
        raise IdentityError(f"GitHub gave this job no right to an OIDC token: {which}.", _PERMISSION)
    if audience:
        url = f"{url}{'&' if '?' in url else '?'}audience={quote(audience, safe='')}"
    failure = _Failure("it was not asked", transient=True)
    for attempt in range(attempts):
        if attempt:
            sleep(_FIRST_PAUSE * 2 ** (attempt - 1))
        answer = _ask(url, request_token, timeout)
        if isinstance(answer, str):
            if mask is not None:
                mask(answer)
            return answer
        failure = answer
        if not failure.transient:
            raise IdentityError(f"GitHub's token service gave no OIDC token: {failure.reason}.", _PERMISSION)
    times = "1 attempt" if attempts == 1 else f"{attempts} attempts"
    raise Unavailable(
        f"GitHub's token service did not answer in {times}: {failure.reason}.",
        "Run the job again; https://www.githubstatus.com tells whether Actions has trouble. "
        "On a runner of your own, see that it reaches the host and that its proxy is right.",
    )


def _ask(url: str, request_token: str, timeout: float) -> str | _Failure:
    """Ask once. Failures come back as values: an exception chained to one of `requests` would carry the header."""
    import requests  # noqa: PLC0415 - 110 ms, for runs with an OIDC role only

    shown = Redactor((request_token,))
    try:
        with requests.Session() as session:
            response = session.get(
                url,
                auth=_Bearer(request_token),
                headers={"Accept": "application/json"},
                timeout=timeout,
                allow_redirects=False,
            )
    except (requests.exceptions.InvalidURL, requests.exceptions.MissingSchema, requests.exceptions.InvalidSchema):
        return _Failure(f"{_URL} is not an http address", transient=False)
    except requests.RequestException as error:
        return _Failure(_one_line(shown.redact(f"{type(error).__name__}: {error}")), transient=True)
    if response.status_code == 200:
        return _token_in(response)
    text = _one_line(shown.redact(response.text))
    reason = f"HTTP {response.status_code}: {text}" if text else f"HTTP {response.status_code}"
    return _Failure(reason, transient=response.status_code >= 500)


def _token_in(response: Response) -> str | _Failure:
    # The body of a good answer is never quoted: it may be the token in a form we do not know.
    try:
        document = response.json()
    except ValueError:
        return _Failure("HTTP 200, but the answer is not JSON", transient=False)
    token = document.get("value") if isinstance(document, dict) else None
    if not isinstance(token, str) or not token:
        return _Failure("HTTP 200, but the answer holds no `value`", transient=False)
    return token


def _one_line(text: str) -> str:
    line = _JWT.sub("***", " ".join(text.split()))
    return line if len(line) <= 300 else f"{line[:300]}…"
