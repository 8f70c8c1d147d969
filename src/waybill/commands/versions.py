"""versions: all versions of a project, the highest first, with who staged them and which channels name them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from waybill.commands.account.catalogue import must_exist, survey
from waybill.commands.account.find import Shelves, open_shelves
from waybill.commands.account.target import Target, reach
from waybill.commands.account.version import SMALL
from waybill.commands.account.wants import reading
from waybill.commands.tools import Tools, everywhere
from waybill.domain.calls import VERSIONS_CALLS
from waybill.domain.names import Keys
from waybill.domain.pruning.tombstone import Tombstone
from waybill.domain.quorum import majority
from waybill.domain.result import Body, Outcome, Result
from waybill.domain.survey.catalogue import Catalogue, Holding
from waybill.domain.survey.overview import Overview, Row
from waybill.domain.survey.queries import VersionsRequest
from waybill.domain.versions import Version
from waybill.domain.waybill import Waybill
from waybill.errors import Cancelled, ExitCode, WaybillError
from waybill.progress import Started


def versions(request: VersionsRequest, tools: Tools) -> Result:
    """Show what there is of a project. Raises `InputError`, with the nearest names, where there is nothing."""
    started = tools.clock.monotonic()
    tools.reporter.tell(Started(f"Looking for the versions of {request.project}"))
    target = reach(request, reading(request, request.project, calls=VERSIONS_CALLS), tools)
    shelves = open_shelves(target, tools)
    found = survey(request, shelves, tools, project=request.project)
    must_exist(request, request.project, found, shelves, tools)
    body = overview(request.project, found, shelves, tools, limit=request.limit)
    return looked("versions", request.project, target, body, seconds=tools.clock.monotonic() - started)


def looked(command: str, project: str, target: Target, body: Body, *, seconds: float) -> Result:
    """Return the result of a command that only looked at a project."""
    return Result(
        command=command,
        outcome=Outcome.ALREADY,
        changed=False,
        exit_code=ExitCode.OK,
        project=project,
        version="",
        sha256=None,
        size=None,
        channel=None,
        caller=target.caller.arn,
        seconds=seconds,
        body=body,
    )


def overview(
    project: str, found: Catalogue, shelves: Shelves, tools: Tools, *, limit: int | None, brief: bool = False
) -> Overview:
    """Return the highest versions, read in parallel: one waybill, or tombstone, of each, from one region."""
    every = found.versions(project)
    named = found.naming(project)
    # A channel's version is shown however low it is: it is what people ask for.
    shown = every if limit is None else [*every[:limit], *(one for one in every[limit:] if one in named)]
    read = _Reading(project, found, shelves, tools)
    places = list(enumerate(shown))
    rows, errors = everywhere(lambda place: read.row(*place, named.get(place[1], {})), places)
    for error in errors.values():
        raise error
    return Overview(
        project=project,
        rows=tuple(rows[place] for place in places),
        total=len(every),
        pruned=sum(any(held.pruned for held in found.where(project, one).values()) for one in every),
        regions=found.regions,
        silent=tuple(found.errors),
        channels=found.channels(project),
        brief=brief,
    )


@dataclass(frozen=True, slots=True)
class _Reading:
    project: str
    found: Catalogue
    shelves: Shelves
    tools: Tools

    def row(self, number: int, version: Version, named: Mapping[str, Sequence[str]]) -> Row:
        held = self.found.where(self.project, version)
        keys = Keys(self.shelves.target.organisation.key_prefix, self.project, version)
        waybill = tombstone = trouble = None
        gone = any(one.pruned for one in held.values())
        try:
            raw = self._read(keys.waybill, _recorded(held), number)
            waybill = None if raw is None else Waybill.from_bytes(raw)
            raw = self._read(keys.tombstone, [name for name, one in held.items() if one.pruned], number)
            tombstone = None if raw is None else Tombstone.from_bytes(raw)
        except Cancelled:
            raise
        except WaybillError as error:
            trouble = error.what
        except ValueError as error:
            trouble = f"{keys.waybill}: {error}"
        needed = waybill is not None and waybill.subject.document() is not None
        sizes = {name: one.size for name, one in held.items() if one.size is not None}
        size = waybill.subject.digests.size if waybill else tombstone.size if tombstone else None
        mine = size if size is not None else majority(sizes, len(sizes))
        different = [name for name, one in sizes.items() if one != mine and not gone]
        whole = [name for name, one in held.items() if _whole(one, held, metadata=needed) and name not in different]
        return Row(
            version=version,
            size=mine if mine is not None else next(iter(sizes.values()), None),
            staged_at=waybill.staged_at if waybill else min((one.modified for one in held.values()), default=""),
            built_from=waybill.built_from if waybill else None,
            channels={channel: tuple(regions) for channel, regions in named.items()},
            regions=tuple(whole),
            partial=tuple(name for name, one in held.items() if name not in (*whole, *different) and _something(one)),
            different=tuple(different),
            pruned=gone,
            tombstone=tombstone,
            trouble=trouble,
        )

    def _read(self, key: str, regions: Sequence[str], number: int) -> bytes | None:
        """Read a record in one of the regions that show it; each version asks another one first."""
        self.tools.cancellation.check()
        if not regions:
            return None
        return self.shelves.open[regions[number % len(regions)]].bucket.read(key, limit=SMALL)


def _recorded(held: Mapping[str, Holding]) -> list[str]:
    """Return the regions to read the waybill in: where sizes differ, those of the size that most have."""
    names = [name for name, one in held.items() if one.waybill]
    sizes = [held[name].size for name in names]
    return [name for name in names if sizes.count(held[name].size) == max(map(sizes.count, sizes))]


def _whole(one: Holding, held: Mapping[str, Holding], *, metadata: bool) -> bool:
    """Whether a region holds everything. What only Startifact staged has no waybill anywhere, and none is missed."""
    recorded = one.waybill or not any(other.waybill for other in held.values())
    return one.staged and recorded and (one.metadata or not metadata) and not one.pruned


def _something(one: Holding) -> bool:
    return one.staged or one.metadata or (one.waybill and not one.pruned)
