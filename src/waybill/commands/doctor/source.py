"""The source of a promotion, read as promote reads it: its session, its configuration, its buckets, one version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from waybill.commands.account.find import Shelf, stored_versions
from waybill.commands.account.observe import bucket_of
from waybill.commands.account.target import Target, reach
from waybill.commands.account.version import SMALL
from waybill.commands.account.wants import reading
from waybill.commands.asking import ask
from waybill.commands.doctor.scene import Scene
from waybill.commands.together import in_words
from waybill.commands.tools import Tools, everywhere
from waybill.domain.calls import PROMOTE_CALLS, SOURCE_CALLS, On
from waybill.domain.doctor.examined import DoctorRequest, Promotion
from waybill.domain.doctor.places import placed
from waybill.domain.doctor.source import SourceLook, source_findings
from waybill.domain.doctor.verdicts import bad, good, unknown
from waybill.domain.findings import Finding, Seen, Unseen
from waybill.domain.names import Keys, channel_parameter
from waybill.domain.policy import Scope, Source, session_policy
from waybill.domain.versions import Version, parse_or_none
from waybill.errors import Cancelled, InputError, Unavailable, WaybillError
from waybill.ports.account import Account

COPIES = tuple(call for call in PROMOTE_CALLS if call.on in {On.SOURCE, On.SOURCE_KEY})
"""What the target's role needs for a copy server side."""


def of_the_source(request: DoctorRequest, target: Scene | None, tools: Tools) -> list[Finding]:
    """Look at where a promotion reads. `target`: the account that it writes to, where that could be entered."""
    promotion = request.promotion
    if promotion is None:
        return []
    try:
        wants = reading(promotion.source, request.project, promotion.channel or "*", SOURCE_CALLS)
        source = reach(promotion.source, wants, tools)
    except Cancelled:
        raise
    except Unavailable as error:
        return [unknown("source-identity", f"nobody answered: {error.what}")]
    except InputError as error:
        mend = "Correct it in the source account, or give `from-regions`."
        return [bad("source-configuration", f"in the source account, {in_words(error)}", mend)]
    except WaybillError as error:
        return [bad("source-identity", in_words(error), error.advice)]
    found = [
        good("source-identity", f"reads in the source account, {source.owner}, as {source.caller.arn}"),
        good("source-configuration", f"its regions are {', '.join(source.organisation.regions)}"),
        *_of_the_regions(request.project, promotion, source, target, tools),
    ]
    return placed(found, source.owner, source.caller.arn)


def _of_the_regions(
    project: str, promotion: Promotion, source: Target, target: Scene | None, tools: Tools
) -> list[Finding]:
    copier = _copier(project, source, target) if target is not None else None

    def look(region: str) -> SourceLook:
        return _look(project, promotion, source, region, copier, tools)

    looks, errors = everywhere(look, source.organisation.regions)
    for error in errors.values():
        raise error
    return [*_channel(looks, promotion), *(one for each in looks.values() for one in source_findings(each))]


def _look(  # noqa: PLR0917 - all of it is where to look
    project: str, promotion: Promotion, source: Target, name: str, copier: Account | Unseen | None, tools: Tools
) -> SourceLook:
    region, prefix = source.account.region(name), source.organisation.key_prefix
    bucket = ask(tools, lambda: bucket_of(region, source))
    if isinstance(bucket, Unseen):
        return SourceLook(region=name, bucket=bucket)
    shelf = Shelf(region=region, bucket=bucket.value)
    here = SourceLook(region=name, bucket=Seen(shelf.bucket.name))

    def wanted() -> Version | None:
        if promotion.channel:
            parameter = channel_parameter(source.organisation.parameter_prefix, project, promotion.channel)
            return parse_or_none(region.parameters.get(parameter) or "")
        return max(stored_versions(shelf, prefix, project), default=None)

    version = ask(tools, wanted)
    here = replace(here, version=version)
    if isinstance(version, Unseen) or version.value is None:
        return here
    keys = Keys(prefix, project, version.value)

    def read() -> bool:
        """Read the waybill, where there is one, and look at the artifact, which asks to decrypt as well."""
        shelf.bucket.read(keys.waybill, limit=SMALL)
        return shelf.bucket.head(keys.artifact) is not None

    def copied(account: Account) -> bool:
        return account.bucket(name, shelf.bucket.name, owner=source.owner).head(keys.artifact) is not None

    there = ask(tools, read)
    if copier is None or isinstance(there, Unseen) or not there.value:
        return replace(here, read=there)
    taken = copier if isinstance(copier, Unseen) else ask(tools, lambda: copied(copier))
    return replace(here, read=there, copied=taken)


def _copier(project: str, source: Target, target: Scene) -> Account | Unseen:
    """Return the target account as a promotion's copies see it: narrowed to reading the source (P8)."""
    caller, organisation = target.caller, target.organisation
    scope = Scope(
        partition=caller.partition,
        account=caller.account,
        project=project,
        version="*",
        channel="*",
        key_prefix=organisation.key_prefix,
        parameter_prefix=organisation.parameter_prefix,
        parameters=(),
        source=Source(account=source.owner, key_prefix=source.organisation.key_prefix),
    )
    identity = target.request.place.identity
    if identity.role is None and identity.oidc_role is None:
        return target.account
    entered = ask(target.tools, lambda: target.tools.gateways(identity).enter(session_policy(COPIES, scope)))
    return entered if isinstance(entered, Unseen) else entered.value


def _channel(looks: Mapping[str, SourceLook], promotion: Promotion) -> list[Finding]:
    """Return whether the channel that is to be promoted names one version, the same in all regions."""
    if not promotion.channel:
        return []
    known = {region: look.version.value for region, look in looks.items() if isinstance(look.version, Seen)}
    named = {version for version in known.values() if version is not None}
    subject = promotion.channel
    if not known:
        return []
    if not named:
        mend = "Stage a version there first, or give another `from-channel`."
        return [bad("source-channel", "names no version in the source account", mend, subject=subject)]
    if len(named) > 1 or None in known.values():
        told = ", ".join(f"{version or 'nothing'} in {region}" for region, version in known.items())
        mend = "`waybill status --repair` brings the regions together; or promote the version itself."
        return [bad("source-channel", f"does not name the same in all regions: {told}", mend, subject=subject)]
    return [good("source-channel", f"names {named.pop()} in the source account", subject=subject)]
