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
from typing import Final, NoReturn, TextIO

from waybill.errors import Cancelled, ExitCode, WaybillError, exit_code_of
from waybill.sandbox import layout, limits
from waybill.sandbox.errors import SandboxError, SandboxStopped

USAGE: Final = """\
usage: waybill sandbox run [--log FILE] -- COMMAND ...
       waybill sandbox start [--port N] [--log FILE]
"""
_HELP: Final = f"""\
An AWS of your own on this machine: nothing leaves it, no AWS account is needed.

  run      start the sandbox, run COMMAND in it, stop everything, exit with COMMAND's code
           (128 + n when signal n ended it, 127 not found, 126 not executable).
           COMMAND's environment leads aws, boto3, startifact and waybill into the sandbox.
  start    start it and stay in the foreground until Ctrl-C; prints the environment to use.
           --port N takes port N of 127.0.0.1; left out, a free one.

  --log FILE   append a line for each request to FILE

In it: accounts {layout.DEVELOPMENT} (development, where you are user {layout.USER})
and {layout.PRODUCTION} (production); regions {", ".join(layout.REGIONS)}.
In each account and region: a versioned, KMS-encrypted bucket, its name in the parameter
{layout.BUCKET_PARAMETER}, and the organisation configuration in {layout.CONFIGURATION_PARAMETER}.
Roles: {layout.STAGE_ROLE_ARN}, external id {layout.STAGE_EXTERNAL_ID}
       {layout.PROMOTE_ROLE_ARN}, the same; may read development's buckets
       {layout.OIDC_ROLE_ARN}, with any web identity token
Pipelines, in {layout.DEVELOPMENT}, {layout.HOME_REGION}, deploying into {layout.PRODUCTION} as {layout.DEPLOY_ROLE}:
       {layout.PIPELINE} unpacks {layout.INPUT_KEY} of the bucket {layout.INPUT_BUCKET}
           into {layout.OUTPUT_BUCKET}, to be seen at URL{layout.site_path(layout.OUTPUT_BUCKET)}
       {layout.STAGED_PIPELINE} takes a key that its start names from the staging bucket, and unpacks it
           into the folder {layout.STAGED_OUTPUT_FOLDER} of {layout.STAGED_OUTPUT_BUCKET}
Faults on purpose: POST {{"pipeline": ..., "action": ...}} to URL{layout.FAULTS_PATH} with one or more of
       "fail": "message" (with "code", "url", "log"), "seconds": 2.5, "hold": true for its next run,
       "times": 3 for three;
       or {{"operation": "...", "code": "ThrottlingException", "times": 3}} for CodePipeline's next answers;
       DELETE there (all, or of a pipeline and action) takes them back and lets go what is held.

Example:
  waybill sandbox run -- waybill stage --project Demo --version 1.0.0 --path README.md \\
      --role {layout.STAGE_ROLE_ARN} --role-external-id {layout.STAGE_EXTERNAL_ID}

"""
_HIGHEST_PORT: Final = 65_535
_LOOK_SECONDS: Final = 0.5


@dataclass(frozen=True, slots=True)
class Words:
    """The command line, understood. `verb` is run, start or help."""

    verb: str
    command: Sequence[str] = ()
    port: int = 0
    log: Path | None = None


def main(argv: Sequence[str], *, environ: Mapping[str, str], stdout: TextIO, stderr: TextIO) -> int:
    """Do what `argv` (the words after `waybill sandbox`) says; return the exit code."""
    try:
        words = parse(argv)
        if words.verb == "help":
            stdout.write(f"{USAGE}\n{_HELP}{limits.text()}\n")
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
    given = _options(verb, options)
    log = Path(given["--log"]) if "--log" in given else None
    if verb == "start":
        if after is not None:
            _wrong("start takes no command; run does.")
        return Words("start", port=_port(given.get("--port", "0")), log=log)
    if not after:
        _wrong("run needs a command after `--`, for example: waybill sandbox run -- aws s3 ls")
    return Words("run", command=after or (), log=log)


def _split(argv: list[str]) -> tuple[list[str], list[str] | None]:
    if "--" not in argv:
        return argv, None
    at = argv.index("--")
    return argv[:at], argv[at + 1 :]


def _options(verb: str, words: Sequence[str]) -> dict[str, str]:
    known = ("--port", "--log") if verb == "start" else ("--log",)
    given: dict[str, str] = {}
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
        given[name] = value
    return given


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > _HIGHEST_PORT:
        _wrong(f"--port {text!r} is not a port: a number from 0 to {_HIGHEST_PORT}.")
    return int(text)


def _wrong(what: str) -> NoReturn:
    raise SandboxError(what, USAGE + "More: waybill sandbox --help")


def _run(words: Words, environ: Mapping[str, str], stderr: TextIO) -> int:
    from waybill.sandbox import command, server  # noqa: PLC0415 - help needs neither

    with _cancellable(), server.running(environ, log=words.log) as sandbox:
        return command.run(words.command, _with_our_scripts(sandbox.environment(environ)), stderr=stderr)


def _with_our_scripts(environ: Mapping[str, str]) -> dict[str, str]:
    """Return `environ` with the directory first on PATH where this installation's `waybill` is."""
    ours = str(Path(sys.executable).parent)
    return {**environ, "PATH": os.pathsep.join([ours, environ.get("PATH", os.defpath)])}


def _start(words: Words, environ: Mapping[str, str], stdout: TextIO) -> int:
    from waybill.sandbox import server  # noqa: PLC0415 - help does not need it

    try:
        with _cancellable(), server.running(environ, port=words.port, log=words.log) as sandbox:
            stdout.write(f"# The sandbox listens at {sandbox.url}. Ctrl-C stops it. In another terminal:\n")
            for name, value in sandbox.environment().items():
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
