"""GitHub's face: inputs from the runner's environment; outputs, annotations and the step summary back to it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TextIO

import waybill
from waybill.cancel import Cancellation
from waybill.domain.result import Result
from waybill.errors import ExitCode, WaybillError
from waybill.process import SystemClock, attentive, end_at_once, hurry, leave

if TYPE_CHECKING:
    from waybill.github.commands import WorkflowCommands
    from waybill.github.files import OutputFile
    from waybill.inputs.spec import Verb
    from waybill.redaction import Redactor


def run() -> NoReturn:
    """Be the process: what the container's entrypoint calls. Signals are heard before anything slow is imported."""
    end_at_once()
    hurry()
    leave(main(sys.argv[1:], os.environ, sys.stdout))


def main(argv: Sequence[str], environ: Mapping[str, str], stdout: TextIO) -> int:
    """Run the verb that the action names and return its exit code."""
    from waybill.github.commands import WorkflowCommands  # noqa: PLC0415 - see `run`
    from waybill.inputs.find import find_verb  # noqa: PLC0415
    from waybill.redaction import Redactor  # noqa: PLC0415

    redactor = Redactor.from_environ(environ)
    commands = WorkflowCommands(stdout, redactor=redactor)
    if list(argv) == ["--version"]:
        commands.line(f"waybill {waybill.__version__}")
        return ExitCode.OK
    verb = find_verb(argv[0]) if len(argv) == 1 else None
    if verb is None:
        commands.error(f"This action names no verb that there is: {list(argv)!r}.", title="waybill")
        return ExitCode.INPUT
    try:
        return _run(verb, environ, commands, redactor)
    except Exception as error:  # noqa: BLE001 - a bug of ours before or after the work, which catches its own
        return _bug(error, commands, redactor)


def _run(verb: Verb, environ: Mapping[str, str], commands: WorkflowCommands, redactor: Redactor) -> int:
    from waybill.compose import Face, carry  # noqa: PLC0415 - see `run`
    from waybill.github.context import RunnerContext  # noqa: PLC0415
    from waybill.github.files import OutputFile, SummaryFile  # noqa: PLC0415
    from waybill.github.inputs import read_inputs  # noqa: PLC0415
    from waybill.github.oidc import fetch_id_token  # noqa: PLC0415
    from waybill.github.ownership import WorkspaceOwner  # noqa: PLC0415
    from waybill.inputs.find import whole_name  # noqa: PLC0415
    from waybill.report.runner_log import RunnerReporter  # noqa: PLC0415
    from waybill.report.summary import summary  # noqa: PLC0415
    from waybill.routes import run_of  # noqa: PLC0415

    cancellation = Cancellation()
    clock = SystemClock(cancellation)
    context = RunnerContext.from_environ(environ)
    values, unknown = read_inputs(environ, [item.name for item in verb.inputs])
    for one in unknown:
        commands.warning(str(one), title="Unknown input")

    reporter = RunnerReporter(commands, clock)
    face = Face(
        environ=environ,
        workspace=Path.cwd(),
        reporter=reporter,
        mask=commands.mask,
        id_token=lambda audience: fetch_id_token(environ, audience, sleep=clock.sleep, mask=commands.mask),
        origin=context.origin,
        tag=context.tag,
        scratch=context.temp or None,
        give=WorkspaceOwner(Path.cwd()).give,
        redact=redactor.redact,
    )
    file = OutputFile.from_environ(environ)  # `outputs` redacts, and knows what must stay as it is
    try:
        file.check()
    except WaybillError as error:
        face.reporter.fail(error)
        return error.exit_code
    with attentive(cancellation):
        name = whole_name(verb.name, values)
        ended = carry(name, run_of(verb.name), values, (), face, clock=clock, cancellation=cancellation)
        if ended.bug is not None:
            commands.line(redactor.traceback_of(ended.bug))
        code = int(ended.result.exit_code)
        code = _written(
            code,
            commands,
            redactor,
            lambda: _write_outputs(file, ended.result, redactor, [item.name for item in verb.outputs]),
        )
        if values.get("summary", "true").lower() != "false":
            # Links would lead into AWS's console, where a sandbox's buckets are not.
            links = not any(name.startswith("AWS_ENDPOINT_URL") for name in environ)

            def summarise() -> None:
                page = summary(ended.result, plan=reporter.plan, run_url=context.run_url, console_links=links)
                SummaryFile.from_environ(environ, redactor=redactor).write(page)

            code = _written(code, commands, redactor, summarise)
        return code


def _written(code: int, commands: WorkflowCommands, redactor: Redactor, write: Callable[[], object]) -> int:
    """Write for the runner. Where that fails the work is done all the same, so its own code goes first."""
    try:
        write()
    except WaybillError as error:
        with suppress(OSError, ValueError):  # the log went away
            commands.error(f"{error.what} {error.advice}", title="waybill")
        return code or int(error.exit_code)
    except Exception as error:  # noqa: BLE001 - a bug of ours: what else there is to write is still written
        return _bug(error, commands, redactor, code)
    return code


def _bug(error: BaseException, commands: WorkflowCommands, redactor: Redactor, code: int = ExitCode.OK) -> int:
    """Tell a bug of ours; returns `code`, 70 where that is 0."""
    with suppress(OSError, ValueError):  # the log went away
        said = f"This is a bug in Waybill: {type(error).__name__}: {error}"
        commands.error(f"{said}\nPlease report it, with the traceback.", title="waybill")
        commands.line(redactor.traceback_of(error))
    return code or ExitCode.BUG


def _write_outputs(file: OutputFile, result: Result, redactor: Redactor, names: Sequence[str]) -> None:
    """Write every output that can be made; a bug in making one is raised at the end."""
    bugs, made = [], outputs(result, redactor)
    for name in names:
        try:
            value = made[name]()
        except Exception as error:  # noqa: BLE001 - raised below
            bugs.append(error)
        else:
            file.set(name, value)
    if bugs:
        raise bugs[0]


OF_THE_BODY = ("path", "execution-id", "status", "console-url", "source-version-id", "superseded-by", "because")
"""Outputs that are members of what a command shows beside, by the same names."""


def outputs(result: Result, redactor: Redactor) -> dict[str, Callable[[], str]]:
    """Return what makes each of the action's outputs. What is not known is an empty text.

    What a machine reads on is never altered, though it hold what looks like a secret; sentences are redacted (P9).
    """
    return {
        "version": lambda: redactor.result(result.to_json())["version"],
        "sha256": lambda: result.sha256 or "",
        "size": lambda: "" if result.size is None else str(result.size),
        "key": lambda: result.key or "",
        "changed": lambda: "true" if result.changed else "false",
        "outcome": lambda: result.outcome.value,
        "regions": lambda: json.dumps([region.region for region in result.regions if region.whole]),
        "locations": lambda: json.dumps(result.locations()),
        "result": lambda: json.dumps(redactor.result(result.to_json())),
        "plan-digest": lambda: result.plan_digest or "",
        **{name: partial(_of_body, result, name.replace("-", "_")) for name in OF_THE_BODY},
        "rolled-back": lambda: _rolled_back(result),
        "allowed": lambda: _allowed(result),
    }


def _of_body(result: Result, name: str) -> str:
    """Return one of the texts that a command shows beside; empty where it shows none."""
    return str((result.body.to_json() if result.body else {}).get(name) or "")


def _allowed(result: Result) -> str:
    """Return the answer to a question of access; empty where none was asked."""
    body = result.body.to_json() if result.body else {}
    return {True: "true", False: "false", None: "unknown"}[body["allowed"]] if "allowed" in body else ""


def _rolled_back(result: Result) -> str:
    """Return the version that a failed deploy went back to."""
    back = (result.body.to_json() if result.body else {}).get("rolled_back")
    return str(back["version"]) if isinstance(back, dict) else ""
