"""The composition root: from texts and an environment to one run of a command, with real collaborators."""

from __future__ import annotations

import random
import secrets
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from waybill.cancel import Cancellation
from waybill.commands.stage import stage
from waybill.commands.tools import Tools
from waybill.domain.configuration import split_regions
from waybill.domain.result import Outcome, Result
from waybill.domain.waybill import Origin
from waybill.errors import ConflictError, Fault, WaybillError, exit_code_of
from waybill.inputs import stage as stage_inputs
from waybill.packing import Packed, Selection, pack, survey
from waybill.ports import Clock
from waybill.process import Abandoned, Supervised
from waybill.progress import FinalReporter, Finished, Waiting, Warned
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
    work: Supervised[Result] = Supervised(cancellation)
    try:
        result = work.run(lambda: run_stage(values, faults, face, clock, cancellation))
        face.reporter.tell(Finished(result))
        return Ended(result=result)
    except WaybillError as error:
        face.reporter.fail(error)
        return Ended(result=failure("stage", values, error))
    except Abandoned:
        cancelled = cancellation.error()
        face.reporter.fail(cancelled)
        return Ended(result=failure("stage", values, cancelled))
    except Exception as error:  # noqa: BLE001 - a bug of ours: exit 70, in words, with the traceback redacted
        face.reporter.fail(_bug(error))
        return Ended(result=failure("stage", values, _bug(error)), bug=error)
    finally:
        face.reporter.close()


def _bug(error: BaseException) -> WaybillError:
    return WaybillError(
        f"This is a bug in Waybill: {type(error).__name__}: {error}", "Please report it, with the traceback."
    )


def run_stage(
    values: Mapping[str, str], faults: Sequence[Fault], face: Face, clock: Clock, cancellation: Cancellation
) -> Result:
    """Read the inputs and stage. Raises `WaybillError` where nothing was begun."""
    from waybill.aws.sessions import ambient  # noqa: PLC0415 - a third of a second, and not needed for `--help`

    base = ambient()
    request, selection = stage_inputs.read(values, _surroundings(face, base.known_regions()), faults)
    if selection is not None and selection.compress_ignored:
        face.reporter.tell(Warned("`compress` has no effect on a single file: its bytes are never changed."))
    retry = Retry(clock=clock, random=random.random)
    places = (*request.config_regions, base.default_region)
    from waybill.aws.gateway import AwsGateway, Surroundings  # noqa: PLC0415

    around = Surroundings(
        id_token=face.id_token,
        mask=face.mask,
        warn=lambda text: face.reporter.tell(Warned(text)),
        told=lambda region, error, wait, left: face.reporter.tell(Waiting(region, error.what, wait, left)),
        check=cancellation.check,
        retry=retry,
    )
    tools = Tools(
        gateway=AwsGateway(base, request.identity, around, region=next(filter(None, places), "us-east-1")),
        clock=clock,
        reporter=face.reporter,
        cancellation=cancellation,
        retry=retry,
        known_regions=base.known_regions(),
        run_id=face.origin.run_id or secrets.token_hex(4),
    )
    with tempfile.TemporaryDirectory(prefix="waybill-", dir=face.scratch) as scratch:
        packer = _packer(selection, Path(scratch), request.project) if selection is not None else None
        return stage(request, packer, tools)


def _packer(selection: Selection, scratch: Path, project: str) -> Callable[[], Packed]:
    return lambda: pack(selection, scratch=scratch, default_name=f"{project}.zip")


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


def failure(command: str, values: Mapping[str, str], error: WaybillError) -> Result:
    """Return the result document of a run that ended before it began."""
    return Result(
        command=command,
        outcome=Outcome.CONFLICT if isinstance(error, ConflictError) else Outcome.FAILED,
        changed=False,
        exit_code=exit_code_of(error),
        project=values.get("project", ""),
        version=values.get("version", ""),
        sha256=None,
        size=None,
        channel=values.get("channel") or None,
        error=error.what,
        advice=error.advice or None,
    )
