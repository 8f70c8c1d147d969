"""Downloads one asset of a release, block by block.

Not with PyGithub's `download_asset`: it reads the whole asset into memory (its connection never asks `requests` to
stream), follows a redirect to another port of the same host with the token, and follows 302 alone. Here the token goes
to the origin (scheme, host and port) of the API and nowhere else, and no ``.netrc`` adds another.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from waybill.errors import ArtifactError
from waybill.github.meanings import Trouble, message_of
from waybill.github.rest import Absent, Rest
from waybill.ports.releases import Asset

if TYPE_CHECKING:
    from requests import PreparedRequest, Response, Session

BLOCK = 1 << 20
"""Bytes held at once."""

REDIRECTS = 5
_REDIRECTED = frozenset({301, 302, 303, 307, 308})
_AGAIN = "Run again; where it happens again, upload the asset anew."
_ROOM = "Give the run a temporary directory of its own with room for the asset."


class Download:
    """One download. `path` is the file to make, which must not exist; `where` is the asset's path at the API."""

    def __init__(self, rest: Rest, where: str, asset: Asset, path: Path, *, check: Callable[[], None]) -> None:
        self._rest, self._where, self._asset, self._path = rest, where, asset, path
        self._check = check
        self._digest = ""

    def run(self) -> str | None:
        """Write the file; returns a warning where GitHub gives nothing to compare the bytes with but their number.

        Raises `Absent`, `ArtifactError` (other bytes, no room), `IdentityError`, `Unavailable`; no file is left then.
        """
        whole = False
        try:
            self._rest.persistent(self._once)
            warning = self._compare()
            whole = True
        finally:
            if not whole:
                self._path.unlink(missing_ok=True)
        return warning

    def _once(self) -> Trouble | None:
        import requests  # noqa: PLC0415 - for runs that fetch an asset only

        self._check()
        try:
            with requests.Session() as session, self._answer(session) as answer:
                if answer.status_code == 200:
                    self._write(answer)
                    return None
                if answer.status_code != 404:
                    return self._refused(answer)
        except requests.RequestException as error:
            return self._rest.means.broken(error)
        raise Absent(self._where)

    def _answer(self, session: Session) -> Response:
        """Ask, following redirects. The token goes to the API's own origin only."""
        home = _origin(self._rest.api_url)
        url = f"{self._rest.api_url}{self._where}"
        for _ in range(REDIRECTS + 1):
            bearer = _Auth(self._rest.token if _origin(url) == home else "")
            headers = {"Accept": "application/octet-stream", "Accept-Encoding": "identity", "User-Agent": "waybill"}
            answer = session.get(
                url, auth=bearer, headers=headers, timeout=self._rest.timeout, stream=True, allow_redirects=False
            )
            target = answer.headers.get("Location", "")
            if answer.status_code not in _REDIRECTED or not target:
                return answer
            answer.close()
            url = urljoin(url, target)
            if urlsplit(url).scheme not in {"http", "https"}:
                break
        raise self._rest.means.nonsense(f"it redirects from {home[1]} to {urlsplit(url).hostname} without an end")

    def _write(self, answer: Response) -> None:
        """Write the body. Raises exceptions of `requests` where it breaks off."""
        import requests  # noqa: PLC0415 - see `_once`

        digest, size = hashlib.sha256(), 0
        try:
            with open(self._path, "wb", opener=_for_us_alone) as file:
                for block in answer.iter_content(BLOCK):
                    self._check()
                    size += len(block)
                    if size > self._asset.size:
                        raise self._other(f"more bytes than the {self._asset.size}")
                    digest.update(block)
                    file.write(block)
        except requests.RequestException:  # an OSError too
            raise
        except OSError as error:
            what = f"The asset {self._asset.name!r} could not be written to {str(self._path)!r}: {error.strerror}."
            raise ArtifactError(what, _ROOM) from error
        if size != self._asset.size:
            raise self._other(f"{size} bytes, not the {self._asset.size}")
        self._digest = digest.hexdigest()

    def _compare(self) -> str | None:
        told = self._asset.digest
        algorithm, _, value = (told or "").partition(":")
        if algorithm.lower() != "sha256" or not value:
            gives = f"no SHA-256 but {told!r}" if told else "no digest"
            return f"GitHub gives {gives} for the asset {self._asset.name!r}: only its size could be compared."
        if value.lower() != self._digest:
            raise self._other(f"the SHA-256 is {self._digest}, not the {value.lower()}")
        return None

    def _other(self, found: str) -> ArtifactError:
        what = f"What came for the asset {self._asset.name!r} is not what GitHub says of it: {found} that it names."
        return ArtifactError(what, _AGAIN)

    def _refused(self, answer: Response) -> Trouble:
        if _origin(answer.url) == _origin(self._rest.api_url):
            message = message_of(next(answer.iter_content(4096), b""))
            return self._rest.means.refused(answer.status_code, answer.headers, message)
        # Asked again, GitHub names a new address; of this one, which is signed, only the host is shown.
        said = f"{urlsplit(answer.url).hostname}, where GitHub keeps the asset, answers {answer.status_code}"
        return self._rest.means.broken(said)


class _Auth:
    """Sets the header itself: with a plain header `requests` would prefer what a ``.netrc`` says of the host."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, parts.hostname or "", port


def _for_us_alone(path: str, flags: int) -> int:
    # No link is followed, and a try before may have left a beginning.
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o600)
