"""Copies server side, region to region, what the plan says is missing; what comes of each region goes into the run."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from waybill.commands.account.observe import Site
from waybill.commands.account.version import with_sha256
from waybill.commands.promotion.goods import Offer
from waybill.commands.release.run import Run
from waybill.commands.release.write import same_or_conflict, verify
from waybill.commands.tools import everywhere
from waybill.domain.orders import Transfer, Verification
from waybill.domain.plan import Action, RegionPlan
from waybill.errors import AccessDenied, ArtifactError, WaybillError
from waybill.ports.bucket import Exists, NewObject
from waybill.ports.copying import Copying
from waybill.progress import Sent, Step, Stepped, Warned

OF_THE_TARGET = frozenset({"s3:PutObject", "s3:AbortMultipartUpload", "kms:GenerateDataKey"})
"""Refusals that a relay would meet as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """The run as it is after copying: regions that have the artifact now only lack its records.

    `created` are the regions where it was copied, `relayed` those that must be sent the bytes after all.
    """

    run: Run
    created: frozenset[str]
    relayed: frozenset[str]


def copy_all(run: Run, offer: Offer, transfer: Transfer, checked: Verification) -> Copied:
    """Copy into every region that needs the artifact. With `auto`, a refusal leaves the region to be relayed."""
    names = [item.region for item in run.plan.of(Action.CREATE)]
    if transfer is Transfer.RELAY:
        return Copied(run=run, created=frozenset(), relayed=frozenset(names))
    done, errors = everywhere(lambda name: _copy(name, run, offer, checked), names)
    refused = {name: error for name, error in errors.items() if _may_relay(error)} if transfer is Transfer.AUTO else {}
    relayed = frozenset(refused)
    if refused:
        first = next(iter(refused.values()))
        run.tools.reporter.tell(
            Warned(
                f"Relaying to {', '.join(refused)} through this machine, since no one principal may both read the "
                f"source and write there: {first.what}"
            )
        )
    failed = {name: error for name, error in errors.items() if name not in relayed}
    regions = tuple(_after(item, done, failed) for item in run.plan.regions)
    sites = {**run.sites, **{name: site for name, (site, _) in done.items()}}
    return Copied(
        run=replace(run, plan=replace(run.plan, regions=regions), sites=sites),
        created=frozenset(name for name, (_, created) in done.items() if created),
        relayed=relayed,
    )


def _may_relay(error: WaybillError) -> bool:
    return isinstance(error, AccessDenied) and error.action not in OF_THE_TARGET


def _after(item: RegionPlan, done: Mapping[str, tuple[Site, bool]], failed: Mapping[str, WaybillError]) -> RegionPlan:
    if item.region in failed:
        error = failed[item.region]
        return replace(item, action=Action.FAILED, why=error.what, error=error)
    if item.region in done:
        return replace(item, action=Action.COMPLETE, observation=done[item.region][0].found)
    return item


def _copy(name: str, run: Run, offer: Offer, checked: Verification) -> tuple[Site, bool]:
    """Copy into one region and verify it; return the region as it is now, and whether it was created."""
    tools, site, subject = run.tools, run.sites[name], offer.subject
    tools.cancellation.check()
    tools.reporter.tell(Stepped(name, Step.COPY))
    new = NewObject(key=site.keys.artifact, media_type=subject.media_type, kms_key=site.found.kms_key)
    size = subject.digests.size
    copying = Copying(
        told=lambda copied: tools.reporter.tell(Sent(name, copied, size)),
        check=tools.cancellation.check,
        guard=tools.cancellation.guard,
    )
    ended = site.bucket.copy(new, offer.copy_source(name), subject.digests, copying)
    if isinstance(ended, Exists):
        return same_or_conflict(site, subject, tools), False
    return verified(verify(site, subject, tools), run, offer, checked), True


def verified(site: Site, run: Run, offer: Offer, checked: Verification) -> Site:
    """Read a copy back where that is asked for. Raises `ArtifactError` where it is other bytes."""
    artifact = site.found.artifact
    if checked is Verification.CHECKSUM or artifact is None:
        return site
    run.tools.reporter.tell(Stepped(site.region.name, Step.READ_BACK))
    read = with_sha256(site.bucket, artifact, run.tools)
    if read.sha256 != offer.subject.digests.sha256:
        raise ArtifactError(
            f"What was copied to s3://{site.bucket.name}/{artifact.key} in {site.region.name} is not what its waybill "
            f"says: sha256 {read.sha256}, not {offer.subject.digests.sha256}.",
            "It has no waybill and no channel names it. Somebody replaced the source; take the next version.",
        )
    return site


def without(run: Run, names: Collection[str], error: WaybillError) -> Run:
    """Return the run with these regions failed, since nobody gives the bytes for them."""
    failed = dict.fromkeys(names, error)
    return replace(run, plan=replace(run.plan, regions=tuple(_after(item, {}, failed) for item in run.plan.regions)))
