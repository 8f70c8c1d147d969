"""The steps of a repair that are as a stage's: complete a version, give it its waybill, move a channel on."""

from __future__ import annotations

from dataclasses import replace

from waybill.commands.account.find import Shelf, Shelves
from waybill.commands.account.observe import Observed, observe
from waybill.commands.account.target import Target, reach
from waybill.commands.account.wants import wants_of
from waybill.commands.promotion.goods import Offer
from waybill.commands.promotion.without_waybill import subject_of
from waybill.commands.release.conclude import conclude, refused
from waybill.commands.release.execute import execute
from waybill.commands.release.planning import planned_run
from waybill.commands.release.refusal import refusal
from waybill.commands.release.settle import ends_of
from waybill.commands.release.staging import resume
from waybill.commands.together import together
from waybill.commands.tools import Tools
from waybill.domain.channel import UpdateChannel
from waybill.domain.request import Place, StageRequest
from waybill.domain.require import Require
from waybill.domain.result import Result
from waybill.domain.survey.mending import Mend
from waybill.domain.survey.status import StatusRequest
from waybill.domain.versions import Version
from waybill.domain.waybill import Origin
from waybill.errors import ArtifactError

ONE = Require("1")
"""Whether a channel may move was decided when it first named the version, or when its rollback began; a repair brings
what it can reach."""


def complete(request: StatusRequest, place: Place, mend: Mend, tools: Tools) -> Result:
    """Complete a version from a region that is whole; no channel moves."""
    return resume(_request(request, place, mend, UpdateChannel.NEVER), tools)


def move_on(request: StatusRequest, place: Place, mend: Mend, tools: Tools) -> Result:
    """Move a channel to its floor, where that is whole (P1): an ordinary move, after a look at every region."""
    return resume(_request(request, place, mend, UpdateChannel.PRERELEASE), tools)


def give_waybill(request: StatusRequest, place: Place, mend: Mend, tools: Tools) -> Result:
    """Write the waybill of what only Startifact staged, by its bytes and metadata in a region that was named."""
    started = tools.clock.monotonic()
    # Who built it is not known, least of all that it was this run.
    asked = replace(_request(request, place, mend, UpdateChannel.NEVER), origin=Origin())
    target = reach(asked, wants_of(asked), tools)
    observed = observe(asked, target, tools)
    sites, errors = observed
    if errors:
        raise together(list(errors.values()))
    if any(site.found.waybill is not None for site in sites.values()):
        return resume(asked, tools)
    offer = _offer(asked, target, observed, mend, tools)
    needed = any(site.found.artifact is None for site in sites.values())
    goods = offer.material(needed=needed, written=sites)
    run = planned_run(asked, target, observed, tools, subject=offer.subject, size=offer.subject.digests.size)
    why = refusal(run, offer.subject)
    if why is not None:
        return refused(run, why, seconds=tools.clock.monotonic() - started)
    done = execute(run, goods, lambda name, end: None)
    return conclude(run, ends_of(done), done.subject, seconds=tools.clock.monotonic() - started)


def _request(request: StatusRequest, place: Place, mend: Mend, update: UpdateChannel) -> StageRequest:
    return StageRequest(
        identity=place.identity,
        overrides=place.overrides,
        configuration_parameter=place.configuration_parameter,
        config_regions=place.config_regions,
        project=mend.project,
        version=mend.version or Version("0.0.0"),
        channel=mend.channel or "latest",
        update_channel=update,
        require=ONE,
        kms=request.kms,
        origin=request.origin,
        resume=True,
        again=request.again,
        restart=request.again,
    )


def _offer(request: StageRequest, target: Target, observed: Observed, mend: Mend, tools: Tools) -> Offer:
    """Return what lies where Startifact surely was done: metadata that another region lacks is copied from there."""
    sites, errors = observed
    source = sites.get(mend.source or "")
    if source is None or source.found.artifact is None:
        raise ArtifactError(f"The artifact of {request.project} {request.version} is gone.", "Run `waybill status`.")
    name = source.region.name
    shelf = Shelf(region=source.region, bucket=source.bucket)
    shelves = Shelves(target=target, open={name: shelf}, errors=errors)
    return Offer(
        account=target.owner,
        keys=source.keys,
        subject=subject_of(source.keys, shelves, {name: source.found}, tools),
        waybill=None,
        holders={name: shelf},
        found={name: source.found},
    )
