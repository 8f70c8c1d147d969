"""`path: release:PATTERN`, from its text to one asset of a release."""

from __future__ import annotations

from waybill.domain.versions import Version
from waybill.errors import Fault, InputError, WaybillError
from waybill.inputs.reading import Reading
from waybill.inputs.surroundings import Surroundings
from waybill.packing.release import ReleasePath, choose, other_version, pattern_of, tags_of


def read_asset(
    reading: Reading,
    path: str,
    around: Surroundings,
    project: str,
    version: Version | None,
    *,
    allow_empty: bool,
    compress: bool,
) -> ReleasePath | WaybillError | None:
    """Return the asset; None where something is at fault, which goes to `reading`, or GitHub's reason for no answer.

    GitHub is not asked while project or version are faulty: they say which release is meant.
    """
    try:
        pattern = pattern_of(path)
        if version is None or not project or any(fault.name == "project" for fault in reading.faults):
            return None
        release = around.find_release(tags_of(project, version, around.tag))
        if release.event and (named := other_version(release, project, version)):
            reading.fault("version", f"is not that of the release being published: {release.tag} names {named}.")
            return None
        return choose(release, pattern, allow_empty=allow_empty, compress=compress)
    except InputError as error:
        reading.faults += [_with_value(fault, path) for fault in error.faults]
        return None
    except WaybillError as error:
        return error


def _with_value(fault: Fault, path: str) -> Fault:
    return Fault(fault.name, path.strip(), fault.rule) if fault.name == "path" and not fault.value else fault
