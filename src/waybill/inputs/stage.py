"""The inputs of stage, from texts to one valid request; or one error with every fault."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from waybill.domain import metadata as meta
from waybill.domain.configuration import DEFAULT_PARAMETER
from waybill.domain.filenames import stored_name_fault
from waybill.domain.request import StageRequest
from waybill.domain.versions import RULE, Version, from_tag, parse_or_none
from waybill.errors import Fault, InputError, WaybillError
from waybill.inputs.beside import read_packages
from waybill.inputs.place import read_place
from waybill.inputs.reading import Reading
from waybill.inputs.release import read_project, read_release
from waybill.inputs.surroundings import Surroundings
from waybill.inputs.tables.stage import STAGE
from waybill.inputs.then import read_then
from waybill.inputs.token import read_token
from waybill.inputs.typed import command_line
from waybill.packing import Selection

if TYPE_CHECKING:
    from waybill.packing.release import ReleasePath

_ASSET = re.compile(r"(?:^|[\r\n])[ \t]*release:")
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(?:; ?[\w.-]+=[\w.\"-]+)*", re.ASCII)

RESUME = {"resume": "true"}
OF_THE_BUILD = frozenset({"path", "metadata", "filename", "content-type", "compress", "allow-empty"})


def read(
    values: Mapping[str, str], around: Surroundings, faults: Sequence[Fault] = ()
) -> tuple[StageRequest, Selection | ReleasePath | None]:
    """Return the request and what is to be packed (None with `resume`). Raises `InputError` with every fault.

    `faults` are those that were found before, in the words that were typed. Where `path` is a release's asset and no
    input is at fault, raises what GitHub was in the way with: `IdentityError`, `Unavailable`.
    """
    reading = Reading(STAGE.inputs, values)
    reading.faults.extend(faults)
    resume = reading.flag("resume")
    reading.require("project", "version", *([] if resume else ["path"]))
    project = read_project(reading)
    version = _version(reading, project, around)
    place = read_place(reading, around)
    selection = _selection(reading, around, project, version, resume=resume)
    release = read_release(reading, place)
    metadata = _metadata(reading)
    read_token(reading)
    package = read_packages(reading, around, project, version)
    delivery = read_then(reading, place, around)
    keep_filename = reading.flag("filename")
    if keep_filename:
        _refuse_name(reading, selection)
    media_type = reading.checked(
        "content-type", lambda text: bool(_MEDIA_TYPE.fullmatch(text)), "must be a media type."
    )
    if reading.faults or version is None or release.require is None or release.update_channel is None:
        raise InputError(reading.in_order(), "Nothing was touched.")
    if isinstance(selection, WaybillError):
        raise selection
    typed = {**values, "version": version.text}
    if place.configuration_parameter != DEFAULT_PARAMETER:
        typed["configuration-parameter"] = place.configuration_parameter
    rest = {name: value for name, value in typed.items() if name not in OF_THE_BUILD} | RESUME
    return StageRequest(
        project=project,
        version=version,
        identity=place.identity,
        overrides=place.overrides,
        configuration_parameter=place.configuration_parameter,
        config_regions=place.config_regions,
        origin=around.origin,
        metadata=metadata,
        keep_filename=keep_filename,
        media_type=media_type or None,
        kms=release.kms,
        channel=release.channel,
        update_channel=release.update_channel,
        reinstate=release.reinstate,
        require=release.require,
        dry_run=release.dry_run,
        resume=resume,
        again=command_line(STAGE, typed),
        restart=command_line(STAGE, rest),
        delivery=delivery,
        package=package,
    ), selection


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


def _selection(
    reading: Reading, around: Surroundings, project: str, version: Version | None, *, resume: bool
) -> Selection | ReleasePath | WaybillError | None:
    allow_empty, compress = reading.flag("allow-empty"), reading.flag("compress")
    path = reading.given("path")
    if resume and path is not None:
        reading.fault("path", "is not used with `resume`, which takes the bytes from a region that is whole.")
        return None
    if resume or path is None:
        return None
    if _ASSET.search(path):
        from waybill.inputs.asset import read_asset  # noqa: PLC0415 - few artifacts are a release's

        return read_asset(reading, path, around, project, version, allow_empty=allow_empty, compress=compress)
    try:
        return around.survey(path, allow_empty, compress)
    except InputError as error:
        reading.adopt("path", error.faults)
        return None


def _refuse_name(reading: Reading, selection: Selection | ReleasePath | WaybillError | None) -> None:
    """Say where the file's name to remember is one that `download` would not restore."""
    if selection is None or isinstance(selection, WaybillError):
        return
    if not isinstance(selection, Selection):
        name = selection.asset.name
    elif selection.is_archive:
        name = selection.archive_name or f"{reading.text('project')}.zip"
    else:
        name = selection.entries[0].name
    if fault := stored_name_fault(name):
        reading.fault("filename", f"cannot be remembered: {name!r} {fault}, so that `download` would refuse it.")


def _metadata(reading: Reading) -> dict[str, str]:
    found, faults = meta.parse_lines(reading.text("metadata"))
    for line, rule in faults:
        reading.fault("metadata", rule, value=line)
    return found
