"""The server's process: `python -m waybill.sandbox.child PORT [empty]`. Started by `server.running`, not by people.

Says one JSON object on standard output once it listens: `{"port": ..., "home": DIRECTORY, "accounts": {ACCOUNT:
{"user": {...}, "root": {...}}}}` (an empty sandbox has one user), or `{"error": [WHAT, ADVICE]}`. `home` has the empty
files `config` and `credentials`. Ends, and removes `home`, when its standard input ends or its parent does: nothing
that it was started by can leave it behind.
"""

from __future__ import annotations

import gc
import json
import os
import secrets
import select
import shutil
import sys
import tempfile
import threading
import time
from dataclasses import asdict
from pathlib import Path

from waybill.sandbox.errors import SandboxError


def main(argv: list[str]) -> int:
    """Serve until standard input ends; return 2 when the sandbox cannot be started."""
    home = Path(tempfile.gettempdir(), f"waybill-sandbox-{os.getpid()}-{secrets.token_hex(4)}")
    threading.Thread(target=_end_with, args=(os.getppid(), home), daemon=True).start()
    try:
        _serve(int(argv[0]), home, empty=argv[1:] == ["empty"])
    except SandboxError as error:
        _say({"error": [error.what, error.advice]})
        return int(error.exit_code)
    return 0


def _serve(port: int, home: Path, *, empty: bool) -> None:
    from waybill.sandbox.engine import loading, pin  # noqa: PLC0415 - the errors above must not need moto

    # Nothing that is made while it starts is garbage.
    gc.disable()
    pin.require()
    loading.load()
    from waybill.sandbox.engine import automation, http, preparation, strictness  # noqa: PLC0415 - after `loading`

    listener = http.bound(port)
    url = f"http://{http.HOST}:{listener.getsockname()[1]}"
    automated = automation.Automation(time.time, prepared=not empty, url=url)
    strictness.install(automated)
    accounts = preparation.prepare_empty() if empty else preparation.prepare()
    http.allow_many_files()
    server = http.server(listener, _log, automated)
    home.mkdir(mode=0o700)
    for name in ("config", "credentials"):
        (home / name).touch(mode=0o600)
    keys = {name: {who: asdict(pair) for who, pair in had.items()} for name, had in accounts.items()}
    # What is there now stays: a collector that looks at it again and again makes every answer slower.
    gc.freeze()
    gc.enable()
    gc.set_threshold(5_000, 10, 10)
    _say({"port": server.port, "home": str(home), "accounts": keys})
    server.serve_forever(poll_interval=0.1)


def _say(message: object) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def _log(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def _end_with(parent: int, home: Path) -> None:
    # A pipe alone is not enough: a forked sibling may hold its other end open.
    while os.getppid() == parent:
        readable, _, _ = select.select([sys.stdin], [], [], 1.0)
        if readable and not os.read(sys.stdin.fileno(), 1):
            break
    shutil.rmtree(home, ignore_errors=True)
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
