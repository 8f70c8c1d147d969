"""The composition root: from texts and an environment to one run of a command, with real collaborators."""

from __future__ import annotations

import random
import secrets
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from waybill.cancel import Cancellation
from waybill.commands.stage import stage
from waybill.commands.tools import Tools
from waybill.commands.unfinished import unfinished
from waybill.domain.configuration import split_regions
from waybill.domain.result import Result
from waybill.domain.waybill import Origin
from waybill.errors import ExitCode, Fault, WaybillError
from waybill.inputs import stage as stage_inputs
from waybill.packing import Packed, Selection, pack, survey
from waybill.ports import Clock
from waybill.process import Abandoned, Supervised
from waybill.progress import FinalReporter, Finished, Journal, Waiting, Warned
from waybill.retry import Retry


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """What differs between the terminal and GitHub: who reports, who masks, and where the run comes from.

    `id_token` fetches the runner's OIDC token for an audience. `scratch` is where zips are made, None the system's
    temporary folder.
    """

    environ: Mapping[str, str]
    workspace: Path
    reporter: FinalReporter
    mask: Callable[[str], object]
    id_token: Callable[[str], str]
    origin: Origin
    tag: str | None
    scratch: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a run ended. `bug`: what should never be raised."""

    result: Result
    bug: BaseException | None = None


def carry(
    values: Mapping[str, str], faults: Sequence[Fault], face: Face, clock: Clock, cancellation: Cancellation
) -> Ended:
    """Run stage to its end, whatever it is, and report it. The one place that catches everything."""
    started = clock.monotonic()
    journal = Journal(face.reporter)
    work: Supervised[Result] = Supervised(cancellation)
    bug: BaseException | None = None
    try:
        result = work.run(
            lambda: run_stage(values, faults, face, journal=journal, clock=clock, cancellation=cancellation)
        )
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
    return _reported(Ended(result=unfinished("stage", values, error, known, seconds=seconds), bug=bug), error, face)


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


def run_stage(
    values: Mapping[str, str],
    faults: Sequence[Fault],
    face: Face,
    *,
    journal: Journal,
    clock: Clock,
    cancellation: Cancellation,
) -> Result:
    """Read the inputs and stage, telling `journal`. Raises `WaybillError` where nothing was begun."""
    from waybill.aws.sessions import ambient  # noqa: PLC0415 - a third of a second, and not needed for `--help`

    base = ambient()
    request, selection = stage_inputs.read(values, _surroundings(face, base.known_regions()), faults)
    journal.asked(request)
    if selection is not None and selection.compress_ignored:
        journal.tell(Warned("`compress` has no effect on a single file: its bytes are never changed."))
    retry = Retry(clock=clock, random=random.random, check=cancellation.check)
    places = tuple(filter(None, (base.default_region, *request.config_regions)))
    from waybill.aws.gateway import AwsGateway, Surroundings  # noqa: PLC0415

    around = Surroundings(
        id_token=face.id_token,
        mask=face.mask,
        warn=lambda text: journal.tell(Warned(text)),
        told=lambda region, error, wait, left: journal.tell(Waiting(region, error.what, wait, left)),
        check=cancellation.check,
        retry=retry,
    )
    tools = Tools(
        gateways=lambda identity: AwsGateway(base, identity, around, regions=places),
        clock=clock,
        reporter=journal,
        cancellation=cancellation,
        retry=retry,
        known_regions=base.known_regions(),
        run_id=face.origin.run_id or secrets.token_hex(4),
    )
    with tempfile.TemporaryDirectory(prefix="waybill-", dir=face.scratch) as scratch, _removed(scratch, cancellation):
        packer = (
            _packer(selection, Path(scratch), request.project, cancellation.check) if selection is not None else None
        )
        return stage(request, packer, tools)


def _removed(scratch: str, cancellation: Cancellation) -> AbstractContextManager[None]:
    """Have the folder removed even where the work is stuck and is left."""
    return cancellation.guard(lambda: shutil.rmtree(scratch, ignore_errors=True))


def _packer(selection: Selection, scratch: Path, project: str, check: Callable[[], None]) -> Callable[[], Packed]:
    return lambda: pack(selection, scratch=scratch, default_name=f"{project}.zip", check=check)


def _surroundings(face: Face, regions: frozenset[str]) -> stage_inputs.Surroundings:
    environ = face.environ
    named = environ.get("STARTIFACT_REGIONS", "")
    own = environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or ""
    return stage_inputs.Surroundings(
        origin=face.origin,
        tag=face.tag,
        places=split_regions(f"{named},{own}"),
        parameter=environ.get("STARTIFACT_PARAMETER", ""),
        regions=regions,
        survey=lambda path, allow_empty, compress: survey(
            path, workspace=face.workspace, allow_empty=allow_empty, compress=compress
        ),
    )
