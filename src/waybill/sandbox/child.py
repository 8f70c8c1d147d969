"""The server's process: `python -m waybill.sandbox.child PORT`. Started by `server.running`, not by people.

Says one JSON object on standard output once it listens: `{"port": ..., "accounts": {ACCOUNT: {"user": {...}, "root":
{...}}}}`, or `{"error": [WHAT, ADVICE]}`. Ends when its standard input ends or its parent does: nothing that it was
started by can leave it behind.
"""

from __future__ import annotations

import json
import os
import select
import sys
import threading
from dataclasses import asdict

from waybill.sandbox.errors import SandboxError


def main(argv: list[str]) -> int:
    """Serve until standard input ends; return 2 when the sandbox cannot be started."""
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    try:
        _serve(int(argv[0]))
    except SandboxError as error:
        _say({"error": [error.what, error.advice]})
        return int(error.exit_code)
    return 0


def _serve(port: int) -> None:
    from waybill.sandbox.engine import loading, pin  # noqa: PLC0415 - the errors above must not need moto

    pin.require()
    loading.load()
    from waybill.sandbox.engine import http, preparation, strictness  # noqa: PLC0415 - after `loading`

    listener = http.bound(port)
    strictness.install()
    accounts = preparation.prepare()
    http.allow_many_files()
    server = http.server(listener, _log)
    _say({"port": server.port, "accounts": {name: asdict(account) for name, account in accounts.items()}})
    server.serve_forever(poll_interval=0.1)


def _say(message: object) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def _log(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def _end_with(parent: int) -> None:
    # A pipe alone is not enough: a forked sibling may hold its other end open.
    while os.getppid() == parent:
        readable, _, _ = select.select([sys.stdin], [], [], 1.0)
        if readable and not os.read(sys.stdin.fileno(), 1):
            break
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
