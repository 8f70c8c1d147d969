"""The composition root: one run of a command, with real collaborators, to its one end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from waybill.cancel import Cancellation
from waybill.commands.release.unfinished import unfinished
from waybill.domain.result import Result
from waybill.domain.waybill import Origin
from waybill.errors import ExitCode, Fault, WaybillError
from waybill.ports.clock import Clock
from waybill.process import Abandoned, Supervised
from waybill.progress import FinalReporter, Finished, Journal


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """What differs between the terminal and GitHub: who reports, who masks, and where the run comes from.

    `id_token` fetches the runner's OIDC token for an audience. `scratch` is where zips are made, None the system's
    temporary folder. `give` gives a file or a directory to the workspace's owner, None where that is the user anyway:
    what a run leaves behind then lies inside the workspace. `redact` takes known secrets out of what goes to a file.
    `ask` puts a question to the person at the terminal and returns the line they type; None where nobody is there.
    """

    environ: Mapping[str, str]
    workspace: Path
    reporter: FinalReporter
    mask: Callable[[str], object]
    id_token: Callable[[str], str]
    origin: Origin
    tag: str | None
    scratch: str | None = None
    give: Callable[[Path], object] | None = None
    redact: Callable[[str], str] = str
    ask: Callable[[str], str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a run ended. `bug`: what should never be raised."""

    result: Result
    bug: BaseException | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """What a run is made with: its face, what it tells, its clock, and how it is cancelled."""

    face: Face
    journal: Journal
    clock: Clock
    cancellation: Cancellation


Run = Callable[[Mapping[str, str], Sequence[Fault], Shop], Result]
"""One verb: reads its inputs (with the faults of what was typed) and does the work.

Raises `WaybillError` where nothing was begun.
"""


def carry(
    command: str,
    run: Run,
    values: Mapping[str, str],
    faults: Sequence[Fault],
    face: Face,
    *,
    clock: Clock,
    cancellation: Cancellation,
) -> Ended:
    """Run a command to its end, whatever it is, and report it. The one place that catches everything."""
    started = clock.monotonic()
    journal = Journal(face.reporter)
    work: Supervised[Result] = Supervised(cancellation)
    bug: BaseException | None = None
    try:
        shop = Shop(face=face, journal=journal, clock=clock, cancellation=cancellation)
        result = work.run(lambda: run(values, faults, shop))
    except WaybillError as caught:
        error = caught
    except Abandoned as left:
        error = cancellation.cut_off(undone=left.undone)
    except Exception as caught:  # noqa: BLE001 - a bug of ours: exit 70, in words, with the traceback redacted
        error, bug = _bug(caught), caught
    else:
        told = (text for text in journal.close().warnings if text not in result.warnings)
        return _reported(Ended(result=result.with_warnings(*told)), None, face)
    known, seconds = journal.close(), clock.monotonic() - started
    return _reported(Ended(result=unfinished(command, values, error, known, seconds=seconds), bug=bug), error, face)


def _reported(ended: Ended, error: WaybillError | None, face: Face) -> Ended:
    """Show how the run ended. A bug in showing it undoes nothing of it: the result stands, with 70 where it was 0."""
    try:
        if error is None or ended.result.regions:
            face.reporter.tell(Finished(ended.result))
        else:
            face.reporter.fail(error)
    except Exception as bug:  # noqa: BLE001 - a bug of ours, as above
        result = replace(ended.result, exit_code=ended.result.exit_code or ExitCode.BUG)
        return Ended(result=result, bug=ended.bug or bug)
    finally:
        face.reporter.close()
    return ended


def _bug(error: BaseException) -> WaybillError:
    return WaybillError(
        f"This is a bug in Waybill: {type(error).__name__}: {error}", "Please report it, with the traceback."
    )
