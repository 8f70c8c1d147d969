"""`setup emit`: writes templates, parameters and commands. Nothing in AWS is asked or changed."""

from __future__ import annotations

from dataclasses import dataclass

from waybill.domain.result import Outcome, Result
from waybill.domain.setup.emitted.files import MANIFEST, Emitted, emitted, foreign, listed_in
from waybill.domain.setup.estate import Estate
from waybill.domain.setup.stacks.every import wanted_stacks
from waybill.errors import ExitCode, Fault, InputError
from waybill.ports.clock import Clock
from waybill.ports.folder import Folder
from waybill.ports.templates import Templates


@dataclass(frozen=True, slots=True, kw_only=True)
class EmitRequest:
    """Into `directory`; `force` replaces there what somebody else wrote."""

    estate: Estate
    directory: str
    force: bool = False


def emit(request: EmitRequest, folder: Folder, templates: Templates, clock: Clock) -> Result:
    """Write the directory, and delete from it what was written before and is wanted no more.

    Raises `InputError` where something else stands in the way, before anything is written.
    """
    started = clock.monotonic()
    try:
        files = emitted(request.estate, templates.text)
    except ValueError as error:
        raise InputError([Fault("config", "", f"makes no stacks: {error}.")], "Nothing was written.") from error
    known = listed_in(folder.read(MANIFEST))
    there = {path: folder.read(path) for path in dict.fromkeys((*files, *known))}
    in_the_way = [] if request.force else list(foreign(files, known, there))
    if in_the_way:
        rule = "is not what `setup emit` wrote there, and is left as it is."
        faults = [Fault("directory", f"{request.directory}/{path}", rule) for path in in_the_way]
        raise InputError(faults, "Nothing was written. Name another directory, or give --force.")
    gone = [path for path in known if path not in files and there[path] is not None]
    changed = [path for path in files if there[path] != files[path]]
    for path in gone:
        folder.remove(path)
    for path in changed:
        folder.write(path, files[path])
    return _result(request, files, bool(gone or changed), seconds=clock.monotonic() - started)


def _result(request: EmitRequest, files: dict[str, str], changed: bool, *, seconds: float) -> Result:
    stacks = len(wanted_stacks(request.estate))
    return Result(
        command="setup emit",
        outcome=Outcome.CREATED if changed else Outcome.ALREADY,
        changed=changed,
        exit_code=ExitCode.OK,
        seconds=seconds,
        body=Emitted(directory=request.directory, files=tuple(files), stacks=stacks),
        then=f"The order and the commands are in {request.directory}/README.md.",
    )
