"""The inputs of stage, from texts to one valid request; or one error with every fault."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from waybill.domain import identity as who
from waybill.domain import metadata as meta
from waybill.domain.arns import KeyArn, RoleArn
from waybill.domain.channel import UpdateChannel
from waybill.domain.configuration import DEFAULT_PARAMETER, Overrides, split_regions
from waybill.domain.identity import Identity
from waybill.domain.names import CHANNEL_RULE, PROJECT_RULE, RESERVED_CHANNELS, is_channel, is_project, parameter_fault
from waybill.domain.request import KmsChoice, StageRequest
from waybill.domain.require import Require
from waybill.domain.versions import RULE, Version, from_tag, parse_or_none
from waybill.domain.waybill import Origin
from waybill.errors import Fault, InputError
from waybill.inputs.reading import Reading
from waybill.inputs.spec import STAGE
from waybill.packing import Selection

Survey = Callable[[str, bool, bool], Selection]
"""Looks at what `path` names (path, allow-empty, compress); raises `InputError`."""

_ACCOUNT = re.compile(r"\d{12}", re.ASCII)
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(?:; ?[\w.-]+=[\w.\"-]+)*", re.ASCII)
_AUDIENCE = re.compile(r"[\x21-\x7e]{1,255}")
_PREFIX = re.compile(r"[A-Za-z0-9/!_.*'()-]{1,512}", re.ASCII)
_REGION = re.compile(r"[a-z]{2,}(?:-[a-z]+)+-\d", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the inputs are read in: the run's origin, the tag that is being built, and where regions are named.

    `places` are STARTIFACT_REGIONS and then AWS_REGION, `parameter` is STARTIFACT_PARAMETER; `regions` all AWS regions.
    """

    origin: Origin
    tag: str | None
    places: tuple[str, ...]
    parameter: str
    regions: frozenset[str]
    survey: Survey


def read(
    values: Mapping[str, str], around: Surroundings, faults: Sequence[Fault] = ()
) -> tuple[StageRequest, Selection | None]:
    """Return the request and what is to be packed (None with `resume`). Raises `InputError` with every fault.

    `faults` are those that were found before, in the words that were typed.
    """
    reading = Reading(STAGE, values)
    reading.faults.extend(faults)
    resume = reading.flag("resume")
    reading.require("project", "version", *([] if resume else ["path"]))
    project = reading.checked("project", is_project, PROJECT_RULE)
    version = _version(reading, project, around)
    overrides = _overrides(reading, around)
    selection = _selection(reading, around, resume=resume)
    kms = _kms(reading)
    request = _Parts(reading, around)
    require = reading.parsed("require", Require.parse)
    if require and overrides.regions and (broken := require.fault(len(overrides.regions))):
        reading.fault("require", broken)
    _kms_regions(reading, kms, overrides)
    identity = request.identity()
    channel = _channel(reading)
    update = reading.parsed("update-channel", _update_channel)
    found = request.metadata()
    flags = {name: reading.flag(name) for name in ("filename", "reinstate", "dry-run", "summary")}
    media_type = reading.checked(
        "content-type", lambda text: bool(_MEDIA_TYPE.fullmatch(text)), "must be a media type."
    )
    parameter = reading.checked(
        "configuration-parameter", lambda text: parameter_fault(text) is None, "must be the name of an SSM parameter."
    )
    if reading.faults or version is None or require is None or update is None:
        raise InputError(reading.in_order(), "Nothing was touched.")
    regions = overrides.regions or around.places
    return StageRequest(
        project=project,
        version=version,
        identity=identity,
        origin=around.origin,
        metadata=found,
        keep_filename=flags["filename"],
        media_type=media_type or None,
        overrides=overrides,
        configuration_parameter=parameter or around.parameter or DEFAULT_PARAMETER,
        config_regions=regions,
        kms=kms,
        channel=channel,
        update_channel=update,
        reinstate=flags["reinstate"],
        require=require,
        dry_run=flags["dry-run"],
        resume=resume,
        again=command_line(values),
        restart=command_line(
            {name: value for name, value in values.items() if name not in OF_THE_BUILD}
            | {"version": version.text, "resume": "true"}
        ),
    ), selection


OF_THE_BUILD = frozenset({"path", "metadata", "filename", "content-type", "compress", "allow-empty", "summary"})


def command_line(values: Mapping[str, str]) -> str:
    """Return the command that asks for the same."""
    words = ["waybill", "stage"]
    for item in STAGE:
        value = values.get(item.name, "").strip()
        if value and value != item.default:
            words += [f"--{item.name}"] if value == "true" else [f"--{item.name}", value]
    return shlex.join(words)


def _version(reading: Reading, project: str, around: Surroundings) -> Version | None:
    text = reading.given("version")
    if text is None:
        return None
    if text != "auto":
        version = parse_or_none(text)
        if version is None:
            reading.fault("version", RULE)
        return version
    if around.tag is None:
        where = f"{around.origin.ref} is none" if around.origin.ref else "this is not a workflow run for a tag"
        reading.fault("version", f"takes the version from the tag that is being built, and {where}.")
        return None
    try:
        return from_tag(around.tag, project)
    except ValueError as error:
        reading.fault("version", f"{error}.")
        return None


def _overrides(reading: Reading, around: Surroundings) -> Overrides:
    text = reading.given("regions")
    regions = split_regions(text) if text is not None else None
    for region in regions or ():
        if region not in around.regions:
            near = _nearest(region, around.regions)
            reading.fault("regions", f"is not an AWS region that this release knows{near}.", value=region)
    bucket = reading.checked(
        "bucket-parameter", lambda value: parameter_fault(value) is None, "must be the name of an SSM parameter."
    )
    key = reading.checked(
        "key-prefix",
        lambda value: bool(_PREFIX.fullmatch(value)),
        "must be letters, digits and / ! _ . * ' ( ) - only.",
    )
    parameter = reading.checked(
        "parameter-prefix",
        lambda value: value == "none" or (value.startswith("/") and parameter_fault(value) is None),
        "must begin with `/` and be the beginning of an SSM parameter's name, or be `none`.",
    )
    return Overrides(
        regions=regions,
        bucket_parameter=bucket or None,
        key_prefix=_cleared(key),
        parameter_prefix=_cleared(parameter),
    )


def _nearest(region: str, regions: frozenset[str]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only a fault needs it

    near = get_close_matches(region, sorted(regions), 1, 0.5)
    return f" (nearest: {near[0]})" if near else ""


def _cleared(prefix: str) -> str | None:
    if not prefix:
        return None
    return "" if prefix == "none" else prefix


def _selection(reading: Reading, around: Surroundings, *, resume: bool) -> Selection | None:
    allow_empty, compress = reading.flag("allow-empty"), reading.flag("compress")
    path = reading.given("path")
    if resume and path is not None:
        reading.fault("path", "is not used with `resume`, which takes the bytes from a region that is whole.")
        return None
    if resume or path is None:
        return None
    try:
        return around.survey(path, allow_empty, compress)
    except InputError as error:
        reading.faults.extend(error.faults)
        return None


def _channel(reading: Reading) -> str:
    channel = reading.checked("channel", is_channel, CHANNEL_RULE)
    if channel in RESERVED_CHANNELS:
        reading.fault("channel", "is a name that Systems Manager reserves.")
    return channel


def _update_channel(text: str) -> UpdateChannel:
    try:
        return UpdateChannel(text)
    except ValueError as error:
        raise ValueError("must be `newer`, `prerelease` or `never`.") from error


def _kms(reading: Reading) -> KmsChoice:
    text = reading.given("kms-key")
    if text is None:
        return KmsChoice()
    if text.strip() == "none":
        return KmsChoice(none=True)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    by_region: dict[str, KeyArn] = {}
    for line in lines:
        region, separator, arn = line.partition("=")
        if not separator and len(lines) == 1:
            key = reading.parsed("kms-key", lambda value: KeyArn.parse(value.strip()))
            return KmsChoice(one=key)
        try:
            key = KeyArn.parse(arn.strip())
        except ValueError as error:
            reading.fault("kms-key", f"{error} A line is `region=ARN`.", value=line)
            continue
        if key.region != region.strip():
            reading.fault("kms-key", f"gives {region} a key of {key.region}; S3 takes a key of its region.", value=line)
        if region.strip() in by_region:
            reading.fault("kms-key", f"names {region} twice.", value=line)
        by_region[region.strip()] = key
    return KmsChoice(by_region=by_region)


def _kms_regions(reading: Reading, kms: KmsChoice, overrides: Overrides) -> None:
    regions = overrides.regions or ()
    if kms.one and regions and set(regions) != {kms.one.region}:
        reading.fault("kms-key", f"is a key of {kms.one.region}, and the regions are {', '.join(regions)}.")
    missing = [region for region in regions if kms.by_region and region not in kms.by_region]
    if missing:
        reading.fault("kms-key", f"names no key for {', '.join(missing)}.")


class _Parts:
    """The groups of inputs that become a value of their own."""

    def __init__(self, reading: Reading, around: Surroundings) -> None:
        self._reading = reading
        self._origin = around.origin

    def identity(self) -> Identity:
        """Read who the run is to be."""
        reading, origin = self._reading, self._origin
        oidc_role = reading.parsed("oidc-role", RoleArn.parse)
        role = reading.parsed("role", RoleArn.parse)
        external = reading.checked(
            "role-external-id", who.is_external_id, "must be 2 to 1224 of letters, digits and _ + = , . @ : / -."
        )
        name = reading.checked("role-session-name", who.is_session_name, "must be 2 to 64 of letters, digits, _+=,.@-.")
        account = reading.checked(
            "expected-account", lambda text: bool(_ACCOUNT.fullmatch(text)), "must be twelve digits."
        )
        last = role or oidc_role
        if account and last and last.account != account:
            reading.fault("expected-account", f"is another account than that of {last}.")
        if external and role is None and not reading.given("role"):
            reading.fault("role-external-id", "is of no use without `role`.")
        tagged = reading.flag("session-tags")
        return Identity(
            oidc_role=oidc_role,
            audience=reading.checked("audience", lambda text: bool(_AUDIENCE.fullmatch(text)), "must be one word."),
            role=role,
            role_external_id=external or None,
            role_session_name=name or who.session_name(origin),
            role_duration=self._duration(chained=bool(oidc_role and role)),
            expected_account=account or None,
            tags=who.session_tags(origin) if tagged else (),
            source_identity=who.source_identity(origin) if tagged else None,
        )

    def _duration(self, *, chained: bool) -> int:
        reading, text = self._reading, self._reading.text("role-duration")
        seconds = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
        if not 900 <= seconds <= 43200:
            reading.fault("role-duration", "must be seconds from 900 to 43200.")
        elif chained and seconds > who.CHAINED_SECONDS:
            reading.fault("role-duration", "must be at most 3600: `role` is assumed from `oidc-role`'s session.")
        return seconds

    def metadata(self) -> dict[str, str]:
        """Read the user metadata."""
        found, faults = meta.parse_lines(self._reading.text("metadata"))
        for line, rule in faults:
            self._reading.fault("metadata", rule, value=line)
        return found
