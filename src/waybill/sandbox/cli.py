"""`waybill sandbox run -- COMMAND ...` and `waybill sandbox start --port N`."""

from __future__ import annotations

import os
import shlex
import signal
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Final, NoReturn, TextIO

from waybill.errors import Cancelled, ExitCode, WaybillError, exit_code_of
from waybill.sandbox import about, environment
from waybill.sandbox.errors import SandboxError, SandboxStopped

if TYPE_CHECKING:
    from waybill.sandbox.server import Sandbox

_EMPTY: Final = "--empty"
_BREAK: Final = "--break"
_LIST: Final = "list"
_HIGHEST_PORT: Final = 65_535
_LOOK_SECONDS: Final = 0.5


@dataclass(frozen=True, slots=True)
class Words:
    """The command line, understood. `verb` is run, start, help, or list: of the kinds of misconfiguration.

    `broken` are the kinds that the sandbox begins with.
    """

    verb: str
    command: Sequence[str] = ()
    port: int = 0
    log: Path | None = None
    empty: bool = False
    subject: str = ""
    broken: tuple[str, ...] = ()


def main(argv: Sequence[str], *, environ: Mapping[str, str], stdout: TextIO, stderr: TextIO) -> int:
    """Do what `argv` (the words after `waybill sandbox`) says; return the exit code."""
    try:
        words = parse(argv)
        if words.verb == "help":
            stdout.write(about.text())
            return ExitCode.OK
        if words.verb == "list":
            from waybill.sandbox.breaking import listed  # noqa: PLC0415 - few want it

            stdout.write(listed.text())
            return ExitCode.OK
        if words.verb == "run":
            return _run(words, environ, stderr)
        return _start(words, environ, stdout)
    except WaybillError as error:
        stderr.write(f"waybill sandbox: {error}\n")
        return exit_code_of(error)


def parse(argv: Sequence[str]) -> Words:
    """Return what `argv` says; raises `SandboxError` (exit 2) for words that mean nothing."""
    before, after = _split(list(argv))
    if not before or before[0] in ("--help", "-h", "help") or set(before) & {"--help", "-h"}:
        if not argv:
            _wrong("Say what to do: run or start.")
        return Words("help")
    verb, options = before[0], before[1:]
    if verb not in ("run", "start"):
        _wrong(f"{verb!r} is neither run nor start.")
    given, broken = _options(verb, [word for word in options if word != _EMPTY])
    if _LIST in broken:
        return Words("list")
    empty = _EMPTY in options
    _check(broken, empty=empty)
    log = Path(given["--log"]) if "--log" in given else None
    subject = given.get("--subject", "")
    if verb == "start":
        if after is not None:
            _wrong("start takes no command; run does.")
        port = _port(given.get("--port", "0"))
        return Words("start", port=port, log=log, empty=empty, subject=subject, broken=broken)
    if not after:
        _wrong("run needs a command after `--`, for example: waybill sandbox run -- aws s3 ls")
    return Words("run", command=after or (), log=log, empty=empty, subject=subject, broken=broken)


def _split(argv: list[str]) -> tuple[list[str], list[str] | None]:
    if "--" not in argv:
        return argv, None
    at = argv.index("--")
    return argv[:at], argv[at + 1 :]


def _check(broken: Sequence[str], *, empty: bool) -> None:
    if not broken:
        return
    from waybill.sandbox.breaking import listed  # noqa: PLC0415 - few break anything

    if empty:
        _wrong(f"{_BREAK} is for the prepared sandbox, and not with {_EMPTY}.")
    unknown = [name for name in broken if name not in listed.KINDS]
    if unknown:
        _wrong(f"{_BREAK} {unknown[0]!r} is no kind of misconfiguration: `waybill sandbox run --break list` has them.")


def _options(verb: str, words: Sequence[str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return the options that are given once, and what `--break` names."""
    known = ("--log", "--subject", _BREAK, *(["--port"] if verb == "start" else []))
    given: dict[str, str] = {}
    broken: list[str] = []
    rest = iter(words)
    for word in rest:
        name, equals, value = word.partition("=")
        if name not in known:
            hint = " Write the command after `--`." if verb == "run" else ""
            _wrong(f"{verb} does not know {word!r}.{hint}")
        if not equals:
            value = next(rest, "")
        if not value:
            _wrong(f"{name} needs a value.")
        if name == _BREAK:
            broken += filter(None, value.split(","))
        given[name] = value
    return given, tuple(dict.fromkeys(broken))


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > _HIGHEST_PORT:
        _wrong(f"--port {text!r} is not a port: a number from 0 to {_HIGHEST_PORT}.")
    return int(text)


def _wrong(what: str) -> NoReturn:
    raise SandboxError(what, about.USAGE + "More: waybill sandbox --help")


def _run(words: Words, environ: Mapping[str, str], stderr: TextIO) -> int:
    from waybill.sandbox import command, server  # noqa: PLC0415 - help needs neither

    with _cancellable(), server.running(environ, log=words.log, empty=words.empty) as sandbox:
        inside = {**sandbox.environment(environ, identity=_break(sandbox, words)), **_job(sandbox.url, words)}
        return command.run(words.command, _with_our_scripts(inside), stderr=stderr)


def _break(sandbox: Sandbox, words: Words) -> str:
    """Break the sandbox as it is asked for; return who a command is in it."""
    if not words.broken:
        return "user"
    from waybill.sandbox.breaking import listed  # noqa: PLC0415 - few break anything
    from waybill.sandbox.breaking.hands import Hands  # noqa: PLC0415

    listed.break_now(words.broken, Hands(sandbox.url, sandbox.accounts))
    return next((kind.identity for name in words.broken if (kind := listed.KINDS[name]).identity != "user"), "user")


def _job(url: str, words: Words) -> dict[str, str]:
    return environment.for_job(url, words.subject) if words.subject else {}


def _with_our_scripts(environ: Mapping[str, str]) -> dict[str, str]:
    """Return `environ` with the directory first on PATH where this installation's `waybill` is."""
    ours = str(Path(sys.executable).parent)
    return {**environ, "PATH": os.pathsep.join([ours, environ.get("PATH", os.defpath)])}


def _start(words: Words, environ: Mapping[str, str], stdout: TextIO) -> int:
    from waybill.sandbox import server  # noqa: PLC0415 - help does not need it

    try:
        with (
            _cancellable(),
            server.running(environ, port=words.port, log=words.log, empty=words.empty) as sandbox,
        ):
            stdout.write(f"# The sandbox listens at {sandbox.url}. Ctrl-C stops it. In another terminal:\n")
            known = sandbox.environment(identity=_break(sandbox, words))
            for name, value in {**known, **_job(sandbox.url, words)}.items():
                stdout.write(f"export {name}={shlex.quote(value)}\n")
            stdout.flush()
            while sandbox.is_running():
                time.sleep(_LOOK_SECONDS)
    except Cancelled:
        return ExitCode.OK
    raise SandboxStopped("The sandbox's server ended by itself.", "Start it again; --log FILE tells why.")


@contextmanager
def _cancellable() -> Iterator[None]:
    """Turn SIGINT and SIGTERM into `Cancelled`, so that what was started is stopped."""

    def cancel(number: int, _: FrameType | None) -> NoReturn:
        raise Cancelled("Stopped.", signal_number=number)

    before = {number: signal.signal(number, cancel) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
