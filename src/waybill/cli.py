"""The terminal's face: `waybill VERB --option value`. Options have the names of the action's inputs."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NoReturn, TextIO

import waybill
from waybill.cancel import Cancellation
from waybill.errors import ExitCode
from waybill.inputs.find import NAMES, find_verb
from waybill.inputs.options import read_words, usage
from waybill.inputs.spec import Verb
from waybill.process import SystemClock, attentive, end_at_once, heard, hurry, leave, say, stand_in

EXIT_CODES = """\
Exit codes: 0 ok, 2 input, 3 identity or permission, 4 artifact, 5 conflict, 6 partial (`require` not met),
7 pipeline failed, 8 timed out, 9 unavailable, 70 a bug of ours, 130/143 cancelled.
"""


def run() -> NoReturn:
    """Be the process: what `waybill` and `python -m waybill` call."""
    end_at_once()
    hurry()
    stand_in()
    leave(heard(main))


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    verb = words[0] if words else "--help"
    if verb in {"--help", "-h", "help"}:
        named = find_verb(words[1]) if len(words) > 1 else None
        say(sys.stdout if words else sys.stderr, usage(named) if named else overview())
        return ExitCode.OK if words else ExitCode.INPUT
    if verb == "--version":
        say(sys.stdout, f"waybill {waybill.__version__}\n")
        return ExitCode.OK
    if verb == "sandbox":
        from waybill.sandbox.cli import main as sandbox  # noqa: PLC0415 - an optional extra

        return sandbox(words[1:], environ=os.environ, stdout=sys.stdout, stderr=sys.stderr)
    found = find_verb(verb)
    if found is not None:
        return _guarded(found, words[1:], os.environ, sys.stdout, sys.stderr)
    say(sys.stderr, f"waybill: there is no verb {verb!r}.{_meant(verb)}\n\n{overview()}")
    return ExitCode.INPUT


def overview() -> str:
    """Return what `waybill --help` says."""
    from waybill.inputs.verbs import VERBS  # noqa: PLC0415 - only help needs them all

    lines = [f"waybill {waybill.__version__} takes a build artifact to every AWS region of an account.", ""]
    lines += [f"  waybill {name:<9} {verb.does}" for name, verb in VERBS.items()]
    lines += ["", "  waybill VERB --help                  the options of a verb"]
    lines += ["  waybill sandbox run -- COMMAND ...   try it without an AWS account", "", EXIT_CODES]
    return "\n".join(lines)


def _meant(verb: str) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only a slip needs it

    near = get_close_matches(verb, [*NAMES, "sandbox", "--version", "--help"], 1)
    return f" Did you mean `waybill {near[0]}`?" if near else ""


def _guarded(verb: Verb, argv: Sequence[str], environ: Mapping[str, str], stdout: TextIO, stderr: TextIO) -> int:
    """Run a verb; a bug of ours before or after the work, which catches its own, is told without any secret."""
    try:
        return _run(verb, argv, environ, stdout, stderr)
    except Exception as error:  # noqa: BLE001 - as the docstring says
        from waybill.redaction import Redactor  # noqa: PLC0415 - not needed for help

        say(stderr, Redactor.from_environ(environ).traceback_of(error))
        return ExitCode.BUG


def _run(verb: Verb, argv: Sequence[str], environ: Mapping[str, str], stdout: TextIO, stderr: TextIO) -> int:
    words = read_words(verb, argv)
    if words.help:
        say(stdout, usage(verb))
        return ExitCode.OK
    from waybill.compose import Face, carry  # noqa: PLC0415 - not needed for help
    from waybill.github.context import RunnerContext  # noqa: PLC0415
    from waybill.github.oidc import fetch_id_token  # noqa: PLC0415
    from waybill.redaction import Redactor, redacted  # noqa: PLC0415
    from waybill.report.terminal import reporter_for  # noqa: PLC0415
    from waybill.routes import run_of  # noqa: PLC0415

    cancellation = Cancellation()
    clock = SystemClock(cancellation)
    redactor = Redactor.from_environ(environ)
    context = RunnerContext.from_environ(environ)
    reporter = reporter_for(redacted(stderr if words.json else stdout, redactor), clock, environ)
    face = Face(
        environ=environ,
        workspace=Path.cwd(),
        reporter=reporter,
        mask=redactor.add,
        id_token=lambda audience: fetch_id_token(environ, audience, sleep=clock.sleep, mask=redactor.add),
        origin=context.origin if context.on_runner else replace(context.origin, actor=environ.get("USER", "")),
        tag=context.tag,
        scratch=context.temp or None,
        redact=redactor.redact,
    )
    with attentive(cancellation):
        ended = carry(
            verb.name, run_of(verb.name), words.values, words.faults, face, clock=clock, cancellation=cancellation
        )
        code = ended.result.exit_code
        try:
            if words.json:
                say(stdout, json.dumps(redactor.result(ended.result.to_json()), indent=2) + "\n")
            if ended.bug is not None:
                say(stderr, redactor.traceback_of(ended.bug))
        except OSError as error:  # the work is done all the same, so its own code goes first
            say(stderr, f"waybill: the result could not be written: {error.strerror}. Make room, and run again.\n")
            return code or ExitCode.INPUT
        except Exception as error:  # noqa: BLE001 - a bug of ours after the work, whose own code goes first
            say(stderr, redactor.traceback_of(error))
            return code or ExitCode.BUG
        return code
