"""An HTTP server on the loopback interface that hears every request whole and answers as a test's script says.

    with loopback(lambda heard: Answer(200, headers={"ETag": '"1"'})) as server:
        ...
    assert server.heard[0].headers["x-amz-expected-bucket-owner"] == "222222222222"

With a certificate it speaks TLS. It is a proxy too: it answers a request for any host itself, and a `CONNECT` by
speaking TLS as that host.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server says.

    `close` lets the connection go afterwards, without a word in the headers; `early` says it before the body is read.
    """

    status: int = 200
    body: bytes | str = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    close: bool = False
    early: bool = False


@dataclass(slots=True)
class Heard:
    """One request. `connection` counts the connections; `take` reads so much of the body and no more."""

    method: str
    target: str
    headers: Mapping[str, str]
    connection: int
    take: Callable[[int], bytes]
    length: int
    body: bytes = b""

    def read(self) -> bytes:
        """Read what is left of the body, and return the whole of it."""
        while len(self.body) < self.length and (more := self.take(min(65536, self.length - len(self.body)))):
            self.body += more
        return self.body


Script = Callable[[Heard], Answer | None]
"""Decides on an answer; None drops the connection without one. What it left of the body is read afterwards."""


@dataclass(slots=True)
class Loopback:
    """A running server: where it is, and what it heard so far."""

    url: str
    heard: list[Heard] = field(default_factory=list)

    def bodies(self) -> list[bytes]:
        """Return the bodies of all requests."""
        return [one.body for one in self.heard]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    connections = 0

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a client that goes away is part of many a test."""


def _handler(script: Script, told: Loopback, context: ssl.SSLContext | None) -> type[BaseHTTPRequestHandler]:
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        number = 0

        def setup(self) -> None:
            with lock:
                _Server.connections += 1
                self.number = _Server.connections
            super().setup()

        def do_CONNECT(self) -> None:
            with lock:
                told.heard.append(self._heard())
            self.send_response(200)
            self.end_headers()
            assert context is not None
            self.connection = context.wrap_socket(self.connection, server_side=True)
            self.rfile = self.connection.makefile("rb")
            self.wfile = self.connection.makefile("wb", 0)
            self.close_connection = False

        def do_PUT(self) -> None:
            heard = self._heard()
            with lock:
                told.heard.append(heard)
            answer = script(heard)
            if answer is None:
                self.close_connection = True
                return
            if not answer.early:
                heard.read()
            body = answer.body.encode() if isinstance(answer.body, str) else answer.body
            self.send_response(answer.status)
            for name, value in ({"Content-Length": str(len(body))} | dict(answer.headers)).items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)
            self.close_connection = self.close_connection or answer.close or answer.early

        do_GET = do_HEAD = do_POST = do_DELETE = do_PUT  # noqa: N815

        def _heard(self) -> Heard:
            headers = {name.lower(): value for name, value in self.headers.items()}
            length = int(headers.get("content-length", "0"))
            return Heard(self.command, self.path, headers, self.number, self.rfile.read, length)

        def log_message(self, format: str, *arguments: Any) -> None:
            """Say nothing."""

    return Handler


@contextmanager
def loopback(
    script: Script, *, tls: ssl.SSLContext | None = None, proxy_tls: ssl.SSLContext | None = None
) -> Iterator[Loopback]:
    """Run a server for the length of the block. `tls` speaks TLS at once, `proxy_tls` after a `CONNECT`."""
    told = Loopback("")
    server = _Server(("127.0.0.1", 0), _handler(script, told, proxy_tls))
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    told.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
