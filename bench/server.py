"""A loopback TLS server that answers as S3, SSM, STS and KMS do, and lets bodies fall as fast as they come.

    python bench/server.py --folder /tmp/bench

prints one line of JSON: `port`, `ca` (path of the authority's certificate), `pid`, `workers` (their pids). It stops
on SIGTERM and SIGINT; with `--control` also when its standard input ends, and each line there is a key to which it
answers with one line of JSON: bucket -> size in bytes of what it holds under that key.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import ssl
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from drain.certificate import write_certificates
from drain.shelf import Shelf
from drain.workers import Workers

DEFAULT_WORKERS = 8


def main(argv: Sequence[str] | None = None) -> int:
    options = _parse(argv)
    if options.folder is not None:
        options.folder.mkdir(parents=True, exist_ok=True)
        return _run(options.folder, options.port, options.workers, control=options.control)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        return _run(Path(folder), options.port, options.workers, control=options.control)


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="A TLS server that answers as S3, SSM, STS and KMS do.")
    parser.add_argument("--port", type=int, default=0, help="loopback port (default: a free one)")
    parser.add_argument("--folder", type=Path, help="where to write the certificates (default: a temporary one)")
    parser.add_argument("--workers", type=int, default=DEFAULT_WORKERS, help="processes that read connections")
    parser.add_argument("--control", action="store_true", help="answer keys on standard input; end when it ends")
    return parser.parse_args(argv)


def _run(folder: Path, port: int, workers: int, *, control: bool) -> int:
    ca, certificate, key = write_certificates(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    context.set_alpn_protocols(["http/1.1"])
    over = threading.Event()
    shelf = Shelf()
    with socket.create_server(("127.0.0.1", port), backlog=256) as listener:
        crew = Workers(listener, context, shelf, workers)

        def end(number: int, frame: FrameType | None) -> None:
            del number, frame
            over.set()

        signal.signal(signal.SIGTERM, end)
        signal.signal(signal.SIGINT, end)
        ready = {"port": listener.getsockname()[1], "ca": str(ca.resolve()), "pid": os.getpid()}
        print(json.dumps({**ready, "workers": crew.pids}), flush=True)
        if control:
            threading.Thread(target=_answer_keys, args=(shelf, over), daemon=True).start()
        over.wait()
        crew.stop()
    return 0


def _answer_keys(shelf: Shelf, over: threading.Event) -> None:
    for line in sys.stdin:
        print(json.dumps(shelf.holders(line.rstrip("\n"))), flush=True)
    over.set()


if __name__ == "__main__":
    sys.exit(main())
