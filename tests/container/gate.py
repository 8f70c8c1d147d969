"""A gate in front of S3: passes everything on, but holds the parts of multipart uploads, so that a run can be cut."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from collections.abc import Iterator

PART = re.compile(rb"PUT \S*[?&]partNumber=\d+")
CHUNK = 1 << 16


class Gate:
    """Listens on loopback. `reached` is set when the first part comes; held parts never arrive behind the gate."""

    def __init__(self, target: tuple[str, int]) -> None:
        self.reached = threading.Event()
        self._target = target
        self._closed = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))

    @property
    def url(self) -> str:
        """Where S3's clients should go instead."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def serve(self) -> None:
        """Accept until closed, two threads a connection: there and back."""
        while not self._closed.is_set():
            try:
                near, _ = self._listener.accept()
            except OSError:  # closed
                return
            far = socket.create_connection(self._target)
            threading.Thread(target=self._pump, args=(near, far, True), daemon=True).start()
            threading.Thread(target=self._pump, args=(far, near, False), daemon=True).start()

    def close(self) -> None:
        """Let nothing in any more, and let what is held go to its end."""
        self._closed.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _pump(self, source: socket.socket, sink: socket.socket, held: bool) -> None:
        with contextlib.suppress(OSError), source, sink:
            while chunk := source.recv(CHUNK):
                if held and PART.search(chunk):
                    self.reached.set()
                    self._closed.wait()
                    return
                sink.sendall(chunk)
            sink.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def gate_before(host: str, port: int) -> Iterator[Gate]:
    """Run a gate in front of the server at `host` and `port`."""
    gate = Gate((host, port))
    thread = threading.Thread(target=gate.serve, daemon=True)
    thread.start()
    try:
        yield gate
    finally:
        gate.close()
        thread.join()
