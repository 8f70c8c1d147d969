"""Asks for a page with requests."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from time import monotonic
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import waybill
from waybill.errors import Unavailable
from waybill.ports.http import LONGEST, Answer

if TYPE_CHECKING:
    from requests import PreparedRequest, Response, Session

REDIRECTIONS = 10
PIECE = 64 * 1024
CONNECT_SECONDS = 10.0


class RequestsAsker:
    """Implements `ports.http.Asker`. Every page is asked for anew: no connection, cookie or answer is kept."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock

    def get(self, url: str, *, timeout: float) -> Answer:
        """Return what the page answers. Proxies and certificate authorities are those of the environment."""
        import requests  # noqa: PLC0415 - 110 ms, for runs with `verify-url` only

        end = self._clock() + timeout
        headers = {
            "Cache-Control": "no-cache",
            "Pragma": "no-cache",
            "User-Agent": f"waybill/{waybill.__version__}",
        }
        try:
            with _session() as session:
                each = (min(CONNECT_SECONDS, timeout), timeout)
                with session.get(url, headers=headers, auth=_auth(url), timeout=each, stream=True) as response:
                    body = self._body(response, end)
                    return Answer(response.status_code, body.decode(_encoding(response), "replace"))
        # A redirection to no address at all is a bare `ValueError`.
        except (requests.RequestException, OSError, ValueError) as error:
            raise Unavailable(_words(error), "Check the address and the network.") from None

    def _body(self, response: Response, end: float) -> bytes:
        from urllib3.exceptions import HTTPError  # noqa: PLC0415

        found = bytearray()
        try:
            # What has arrived, rather than a whole piece: a page may come so slowly that no read ever times out.
            while len(found) < LONGEST and (piece := response.raw.read1(PIECE, decode_content=True)):
                found += piece
                if self._clock() > end:
                    raise Unavailable("its answer takes too long.", "Check the address.")
        except HTTPError as error:
            raise Unavailable(f"its answer broke off ({type(error).__name__}).", "Check the address.") from None
        return bytes(found[:LONGEST])


def _session() -> Session:
    """Return a session that takes proxies and authorities from the environment, and no password from a `.netrc`."""
    import requests  # noqa: PLC0415

    class Plain(requests.Session):
        """What comes after a redirection is signed by what the address says, as long as it is the same host's."""

        def rebuild_auth(self, prepared_request: PreparedRequest, response: Response) -> None:
            """Take the password off a request to another host."""
            urls = str(response.request.url), str(prepared_request.url)
            if self.should_strip_auth(*urls):  # type: ignore[no-untyped-call]
                prepared_request.headers.pop("Authorization", None)

    session = Plain()
    session.max_redirects = REDIRECTIONS
    return session


def _auth(url: str) -> Callable[[PreparedRequest], PreparedRequest]:
    """Return what signs a request: with what the address itself says, and never with what a `.netrc` has."""
    from requests.auth import HTTPBasicAuth  # noqa: PLC0415

    parts = urlsplit(url)
    if parts.username is not None:
        return HTTPBasicAuth(unquote(parts.username), unquote(parts.password or ""))
    return lambda request: request


def _encoding(response: Response) -> str:
    """Return the encoding that the answer names; requests would take Latin-1 where it names none."""
    from codecs import lookup  # noqa: PLC0415

    named = response.headers.get("Content-Type", "").lower().partition("charset=")[2].split(";")[0].strip(" \"'")
    try:
        return lookup(named).name if named else "utf-8"
    except LookupError:
        return "utf-8"


def _words(error: Exception) -> str:
    """Return what went wrong, in words: the errors of requests themselves repeat the whole address."""
    import requests  # noqa: PLC0415

    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate is not trusted: {cause.verify_message}."
    for cause in causes:
        if isinstance(cause, ssl.SSLError):
            return f"TLS fails: {cause.reason or 'no reason is told'}."
    kinds: tuple[tuple[type[Exception], str], ...] = (
        (requests.ConnectTimeout, "no connection within the time."),
        (requests.Timeout, "no answer within the time."),
        (requests.TooManyRedirects, f"it redirects more than {REDIRECTIONS} times."),
        (requests.exceptions.ProxyError, "the proxy does not let it through."),
        (requests.exceptions.InvalidSchema, "it redirects to what is neither http nor https."),
        (ValueError, "it is, or redirects to, an address that cannot be asked."),
    )
    for kind, words in kinds:
        if isinstance(error, kind):
            return words
    told = [cause.strerror for cause in causes if isinstance(cause, OSError) and cause.strerror]
    return f"no answer: {told[-1]}." if told else f"no answer ({type(causes[-1]).__name__})."


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and what requests and urllib3 wrapped in it."""
    yield error
    inner = [item for item in (*error.args, getattr(error, "reason", None)) if isinstance(item, BaseException)]
    for one in (*inner, error.__cause__, error.__context__):
        if one is not None:
            yield from _causes(one)
            return
