"""Looks at every region before anything is decided. Reads only."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from waybill.commands.account.target import Target
from waybill.commands.account.version import look_at_version, raise_pruned, with_sha256
from waybill.commands.tools import Tools, everywhere
from waybill.domain.arns import KEY_EXAMPLE, KeyArn
from waybill.domain.channel import UpdateChannel
from waybill.domain.digests import Digests
from waybill.domain.names import Keys, channel_parameter, is_bucket, version_of_key, versions_prefix
from waybill.domain.observation import Observation
from waybill.domain.plan import needs_reading
from waybill.domain.request import KmsChoice, Request
from waybill.domain.versions import parse_or_none
from waybill.errors import ConflictError, Fault, InputError, WaybillError
from waybill.ports.account import Region
from waybill.ports.bucket import Bucket, Encryption
from waybill.progress import Step, Stepped


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One region to work in: its parameters, its bucket, and what was found there.

    `event_keys` are the keys of the channel's events, under every version of the project.
    """

    region: Region
    bucket: Bucket
    keys: Keys
    parameter: str
    found: Observation
    event_keys: tuple[str, ...] = ()


Observed = tuple[Mapping[str, Site], Mapping[str, WaybillError]]
"""The regions that could be observed, and the errors of those that could not."""


def observe(request: Request, target: Target, tools: Tools) -> Observed:
    """Look at all regions at once."""

    def look(name: str) -> Site:
        tools.cancellation.check()
        tools.reporter.tell(Stepped(name, Step.OBSERVE))
        return _site(name, request, target)

    return everywhere(look, target.organisation.regions)


def _site(name: str, request: Request, target: Target) -> Site:
    organisation = target.organisation
    region = target.account.region(name)
    bucket = bucket_of(region, target)
    keys = Keys(organisation.key_prefix, request.project, request.version)
    parameter = channel_parameter(organisation.parameter_prefix, request.project, request.channel)
    # Far regions answer slowly, and none of these answers needs another.
    with ThreadPoolExecutor(3, thread_name_prefix="observe") as pool:
        key_look = pool.submit(encrypting, region, bucket, request.kms, target)
        reads = request.update_channel is not UpdateChannel.NEVER
        history_look = pool.submit(region.parameters.history, parameter) if reads else None
        found, listed = _stored(bucket, keys, request, target, name)
    history = tuple(history_look.result()) if history_look else None
    if history and request.moves:
        refuse_foreign(history[-1], parameter, name)
    marker = f"/events/{request.channel}/"
    return Site(
        region=region,
        bucket=bucket,
        keys=keys,
        parameter=parameter,
        found=replace(found, kms_key=key_look.result(), history=history),
        event_keys=tuple(key for key in listed if marker in key and version_of_key(key, keys.prefix, keys.project)),
    )


def _stored(bucket: Bucket, keys: Keys, request: Request, target: Target, region: str) -> tuple[Observation, list[str]]:
    """Look at what is stored under this version, and at the keys that lie there, or under every version.

    One listing (S3's are consistent) tells both; of a new version there is then nothing to ask for. Raises
    `ConflictError` for one that was pruned.
    """
    prefix = versions_prefix(keys.prefix, keys.project) if request.moves else keys.artifact
    listed = list(bucket.list(prefix))
    if keys.tombstone in listed:
        raise_pruned(bucket, keys)
    return look_at_version(bucket, keys, region=region, account=target.owner, listed=set(listed)), listed


def look_again(site: Site) -> Observation:
    """Return what is stored under this version now, where somebody wrote it since it was looked at."""
    raise_pruned(site.bucket, site.keys)
    was = site.found
    found = look_at_version(site.bucket, site.keys, region=was.region, account=was.account, kms_key=was.kms_key)
    return replace(found, history=was.history)


def bucket_of(region: Region, target: Target) -> Bucket:
    """Return a region's staging bucket. Raises `InputError` where its parameter names none."""
    parameter = target.organisation.bucket_parameter
    name = region.parameters.get(parameter)
    if not name:
        rule = f"does not exist in {region.name}: the region is not prepared."
        raise InputError(
            [Fault("bucket-parameter", parameter, rule, "/buckets/staging")],
            "Prepare the region, or leave it out of `regions`.",
        )
    if not is_bucket(name):
        rule = f"holds {name[:80]!r} in {region.name}, which is no bucket's name."
        raise InputError([Fault("bucket-parameter", parameter, rule, "/buckets/staging")], "Nothing was written.")
    return target.account.bucket(region.name, name, owner=target.owner)


def encrypting(region: Region, bucket: Bucket, choice: KmsChoice, target: Target) -> KeyArn | None:
    """Return the ARN of the key that the request will name: never an alias, which S3 would report as another ARN."""
    if choice.none:
        return None
    key = choice.by_region.get(region.name) or choice.one
    if key is None:
        default = bucket.default_encryption()
        if default.kind is not Encryption.KMS:
            rule = f"the bucket {bucket.name} in {region.name} has no default KMS key."
            if default.kind is Encryption.KMS_TWICE:
                rule = f"the bucket {bucket.name} in {region.name} has aws:kms:dsse, which Waybill does not write."
            raise InputError(
                [Fault("kms-key", "", f"{rule} Give a key, or say `none`.", KEY_EXAMPLE)], "Nothing was written."
            )
        written = default.key or "alias/aws/s3"
        try:
            key = KeyArn.normalise(written, partition=target.caller.partition, region=region.name, account=target.owner)
        except ValueError as error:
            rule = f"the default key of {bucket.name} in {region.name} is {written!r}, which names no key."
            raise InputError([Fault("kms-key", "", rule, KEY_EXAMPLE)]) from error
        if key.region != region.name:
            rule = f"names {bucket.name} in {region.name}, whose default key is of {key.region}: it is elsewhere."
            raise InputError([Fault("bucket-parameter", target.organisation.bucket_parameter, rule)])
    return region.keys.resolve(key)


def refuse_foreign(value: str, parameter: str, region: str) -> None:
    """Raise `ConflictError` where a channel's parameter holds something that is not a version."""
    if parse_or_none(value) is None:
        raise ConflictError(
            f"The parameter {parameter} in {region} holds {value[:80]!r}, which is not a version; "
            "Waybill never overwrites it.",
            "Put the parameter right, or choose another `channel` or `parameter-prefix`.",
        )


def read_back(sites: Mapping[str, Site], mine: Digests, tools: Tools) -> Observed:
    """Read what only its own bytes can tell apart, once, and return the sites with the digests so found."""

    def look(site: Site) -> Site:
        artifact = site.found.artifact
        if artifact is None or not needs_reading(artifact, site.found.waybill, mine):
            return site
        tools.reporter.tell(Stepped(site.region.name, Step.READ_BACK))
        return replace(site, found=replace(site.found, artifact=with_sha256(site.bucket, artifact, tools)))

    done, errors = everywhere(lambda name: look(sites[name]), list(sites))
    return done, errors
