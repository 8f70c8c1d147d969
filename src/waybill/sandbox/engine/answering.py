"""How the server answers one request: as werkzeug does, without what it does for applications that are not here.

Werkzeug's development server makes a selector for each request and waits at its end for what the client may still send,
since its applications may leave a body unread, and sends the head and the body of an answer one after the other. Here
`front` reads a body that has a length; what is unread at the end is the rare case, a request that was refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack, suppress
from http import HTTPStatus
from typing import Any, Final

from moto.moto_server.werkzeug_app import MotoRequestHandler

_WITHOUT_BODY: Final = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)
_AT_ONCE: Final = 1 << 20

Headers = list[tuple[str, str]]


class AnsweringHandler(MotoRequestHandler):
    """One request and its answer; then the connection is closed."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 1 << 16

    def run_wsgi(self) -> None:
        """Ask the application, and send what it says. What it raises is an HTTP 500, and in the server's log."""
        self.close_connection = True
        if self.headers.get("Expect", "").strip().lower() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.wfile.flush()
        self.environ = self.make_environ()
        body = self.environ["wsgi.input"]
        with ExitStack() as unanswered:
            unanswered.callback(self._send, "500 INTERNAL SERVER ERROR", [], [])
            said, parts = self._asked()
            unanswered.pop_all()
        with ExitStack() as answered:
            if hasattr(parts, "close"):
                answered.callback(parts.close)
            self._send(*said, parts)
        self._drain(body)

    def _asked(self) -> tuple[tuple[str, Headers], Iterable[bytes]]:
        said: list[tuple[str, Headers]] = []

        def start_response(status: str, headers: Headers, _: object = None) -> Callable[[bytes], object]:
            said.append((status, headers))
            return lambda _: None

        parts = self.server.app(self.environ, start_response)
        return said[-1], parts

    def _send(self, status: str, headers: Headers, parts: Iterable[bytes]) -> None:
        code, _, reason = status.partition(" ")
        has_body = self.command != "HEAD" and int(code) not in _WITHOUT_BODY
        told = {name.lower() for name, _ in headers}
        if has_body and "content-length" not in told:
            parts = [b"".join(parts)]
            headers = [*headers, ("Content-Length", str(len(parts[0])))]
        self.send_response(int(code), reason)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Connection", "close")
        self.end_headers()
        for part in parts if has_body else ():
            self.wfile.write(part)
        self.wfile.flush()

    def _drain(self, body: Any) -> None:
        """Read what nobody has read: a client that still sends would not see its answer."""
        if self.environ.get("HTTP_TRANSFER_ENCODING"):
            with suppress(OSError):
                while body.read(_AT_ONCE):
                    pass
            return
        left = 0 if self.environ.get("wsgi.input_terminated") else int(self.environ.get("CONTENT_LENGTH") or 0)
        while left > 0 and (data := body.read(min(left, _AT_ONCE))):
            left -= len(data)
