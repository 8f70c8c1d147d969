"""`setup init`: asks, or takes answers, and writes the first `waybill.yaml`. Nothing in AWS is asked or changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from waybill.commands.setup.initial.interview import Interview, Rules
from waybill.commands.setup.initial.questions import ask_everything
from waybill.domain.result import Outcome, Result
from waybill.domain.setup.initial.request import InitRequest, Written
from waybill.domain.setup.initial.text import waybill_yaml
from waybill.errors import ExitCode, InputError
from waybill.ports.asker import Asker
from waybill.ports.clock import Clock

Keep = Callable[[str], bool]
"""Writes the file; returns whether that changed it. Raises `InputError`."""


def init(
    request: InitRequest, asker: Asker, *, rules: Rules, form: Mapping[str, Any], keep: Keep, clock: Clock
) -> Result:
    """Write the file. `form` is its JSON schema, `rules` are those of the reading of it.

    Raises `InputError` where an answer of a file breaks a rule, or where the file cannot be written.
    """
    started = clock.monotonic()
    file = dict(request.answers) if request.answers is not None else _asked(request, asker, rules)
    faults = rules(file, (), True)
    if faults:
        raise InputError(faults, "Nothing was written.")
    changed = keep(waybill_yaml(file, form, schema=request.schema))
    return Result(
        command="setup init",
        outcome=Outcome.CREATED if changed else Outcome.ALREADY,
        changed=changed,
        exit_code=ExitCode.OK,
        seconds=clock.monotonic() - started,
        body=Written(
            path=request.path,
            accounts=len(file["accounts"]),
            regions=len(file["regions"]),
            pipelines=len(file.get("pipelines", {})),
        ),
        then=f"To see what it makes in AWS: waybill setup plan --config {request.path}",
    )


def _asked(request: InitRequest, asker: Asker, rules: Rules) -> dict[str, Any]:
    interview = Interview(asker, rules)
    ask_everything(interview, suggested=request.suggested)
    return interview.file
