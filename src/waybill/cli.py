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
from waybill.inputs.find import FAMILIES, IN_FAMILIES, NAMES, find_verb, split_verb
from waybill.inputs.options import read_words, usage
from waybill.inputs.spec import Verb
from waybill.process import SystemClock, asker, attentive, end_at_once, heard, hurry, leave, say, stand_in

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
        say(sys.stdout if words else sys.stderr, _help(words[1:]))
        return ExitCode.OK if words else ExitCode.INPUT
    if verb == "--version":
        say(sys.stdout, f"waybill {waybill.__version__}\n")
        return ExitCode.OK
    if verb == "sandbox":
        from waybill.sandbox.cli import main as sandbox  # noqa: PLC0415 - an optional extra

        return sandbox(words[1:], environ=os.environ, stdout=sys.stdout, stderr=sys.stderr)
    name, rest = split_verb(words)
    found = None if name in FAMILIES else find_verb(name)
    if found is not None:
        return _guarded(found, rest, os.environ, sys.stdout, sys.stderr)
    if verb in FAMILIES and name == verb and {*rest} & {"--help", "-h"}:
        say(sys.stdout, family(verb))
        return ExitCode.OK
    wrong = f"say which: {_listed(verb)}." if name in FAMILIES else f"there is no verb {name!r}.{_meant(name)}"
    say(sys.stderr, f"waybill: {wrong}\n\n{family(verb) if verb in FAMILIES else overview()}")
    return ExitCode.INPUT


def _help(words: Sequence[str]) -> str:
    name = split_verb(words)[0] if words else ""
    named = None if name in FAMILIES else find_verb(name)
    if named is None and words and words[0] in FAMILIES:
        return family(words[0])
    return usage(named) if named else overview()


def family(name: str) -> str:
    """Return what `waybill setup --help` says: the verbs of two words that begin so."""
    does, words = FAMILIES[name]
    verbs = [verb for word in words if (verb := find_verb(f"{name} {word}"))]
    width = max(len(verb.name) for verb in verbs)
    lines = [f"waybill {name}: {does}", "", *(f"  waybill {verb.name:<{width}} {verb.does}" for verb in verbs)]
    return "\n".join([*lines, "", f"  waybill {name} WORD --help   the options of one", ""])


def overview() -> str:
    """Return what `waybill --help` says."""
    lines = [f"waybill {waybill.__version__} takes a build artifact to every AWS region of an account.", ""]
    lines += [f"  waybill {verb.name:<9} {verb.does}" for name in NAMES if (verb := find_verb(name))]
    lines += [f"  waybill {name:<9} {does}" for name, (does, _) in FAMILIES.items()]
    lines += ["", "  waybill VERB --help                  the options of a verb"]
    lines += ["  waybill sandbox run -- COMMAND ...   try it without an AWS account", "", EXIT_CODES]
    return "\n".join(lines)


def _listed(verb: str) -> str:
    return ", ".join(f"`waybill {verb} {word}`" for word in FAMILIES[verb][1])


def _meant(verb: str) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only a slip needs it

    near = get_close_matches(verb, [*NAMES, *IN_FAMILIES, *FAMILIES, "sandbox", "--version", "--help"], 1)
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
        ask=asker(sys.stdin, stderr if words.json else stdout, cancellation),
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
