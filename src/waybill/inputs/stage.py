"""The inputs of stage, from texts to one valid request; or one error with every fault."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from waybill.domain import metadata as meta
from waybill.domain.channel import UpdateChannel
from waybill.domain.checks import kms_faults, region_faults
from waybill.domain.configuration import DEFAULT_PARAMETER, Overrides, split_regions
from waybill.domain.names import (
    CHANNEL_RULE,
    KEY_PREFIX_RULE,
    PROJECT_RULE,
    RESERVED_CHANNELS,
    is_channel,
    is_key_prefix,
    is_project,
    parameter_fault,
)
from waybill.domain.request import StageRequest
from waybill.domain.require import Require
from waybill.domain.versions import RULE, Version, from_tag, parse_or_none
from waybill.domain.waybill import Origin
from waybill.errors import Fault, InputError
from waybill.inputs.encryption import read_kms
from waybill.inputs.identity import read_identity
from waybill.inputs.reading import Reading
from waybill.inputs.spec import STAGE, Kind
from waybill.packing import Selection

Survey = Callable[[str, bool, bool], Selection]
"""Looks at what `path` names (path, allow-empty, compress); raises `InputError`."""

_MEDIA_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(?:; ?[\w.-]+=[\w.\"-]+)*", re.ASCII)


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
    kms = read_kms(reading)
    reading.faults.extend(kms_faults(kms, overrides.regions or ()))
    require = reading.parsed("require", Require.parse)
    if require and overrides.regions and (broken := require.fault(len(overrides.regions))):
        reading.fault("require", broken)
    identity = read_identity(reading, around.origin)
    channel = _channel(reading)
    update = reading.parsed("update-channel", _update_channel)
    metadata = _metadata(reading)
    flags = {name: reading.flag(name) for name in ("filename", "reinstate", "dry-run", "summary")}
    media_type = reading.checked(
        "content-type", lambda text: bool(_MEDIA_TYPE.fullmatch(text)), "must be a media type."
    )
    parameter = reading.checked(
        "configuration-parameter", lambda text: parameter_fault(text) is None, "must be the name of an SSM parameter."
    )
    if reading.faults or version is None or require is None or update is None:
        raise InputError(reading.in_order(), "Nothing was touched.")
    # DESIGN: the configuration is read in the first of these that answers.
    parameter = parameter or around.parameter or DEFAULT_PARAMETER
    typed = {name: value for name, value in values.items() if name not in OF_THE_RUNNER} | {"version": version.text}
    if parameter != DEFAULT_PARAMETER:
        typed["configuration-parameter"] = parameter
    regions = tuple(dict.fromkeys((*(overrides.regions or ()), *around.places)))
    return StageRequest(
        project=project,
        version=version,
        identity=identity,
        origin=around.origin,
        metadata=metadata,
        keep_filename=flags["filename"],
        media_type=media_type or None,
        overrides=overrides,
        configuration_parameter=parameter,
        config_regions=regions,
        kms=kms,
        channel=channel,
        update_channel=update,
        reinstate=flags["reinstate"],
        require=require,
        dry_run=flags["dry-run"],
        resume=resume,
        again=command_line(typed),
        restart=command_line({name: value for name, value in typed.items() if name not in OF_THE_BUILD} | RESUME),
    ), selection


RESUME = {"resume": "true"}
OF_THE_RUNNER = frozenset({"oidc-role", "audience", "summary"})
"""What only a runner has a use for: whoever types the command has credentials of their own."""

OF_THE_BUILD = frozenset({"path", "metadata", "filename", "content-type", "compress", "allow-empty"})


def command_line(values: Mapping[str, str]) -> str:
    """Return the command that asks for the same, on one line."""
    words = ["waybill", "stage"]
    for item in STAGE:
        value = values.get(item.name, "").strip()
        value = value.lower() if item.kind is Kind.FLAG else value
        if not value or value == item.default:
            continue
        if item.kind is Kind.FLAG and value == "true":
            words.append(f"--{item.name}")
            continue
        lines = [line.strip() for line in value.splitlines() if line.strip()] if item.kind is Kind.LINES else [value]
        for line in lines:
            words += [f"--{item.name}={line}"] if line.startswith("-") else [f"--{item.name}", line]
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
    if regions == ():
        reading.fault("regions", "names no region.")
    reading.faults.extend(region_faults(regions or (), around.regions))
    bucket = reading.checked(
        "bucket-parameter", lambda value: parameter_fault(value) is None, "must be the name of an SSM parameter."
    )
    key = reading.checked(
        "key-prefix",
        is_key_prefix,
        KEY_PREFIX_RULE,
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
        reading.adopt("path", error.faults)
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


def _metadata(reading: Reading) -> dict[str, str]:
    found, faults = meta.parse_lines(reading.text("metadata"))
    for line, rule in faults:
        reading.fault("metadata", rule, value=line)
    return found
