"""What only Startifact staged: that it surely is so, and what it is, for which it is read and hashed once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from waybill.commands.account.find import Shelves
from waybill.commands.release.bare import bare_subject, hashed
from waybill.commands.together import together
from waybill.commands.tools import Tools, everywhere
from waybill.domain.digests import Digests
from waybill.domain.names import Keys, channel_parameter
from waybill.domain.observation import Observation
from waybill.domain.survey.catalogue import channels
from waybill.domain.waybill import Subject
from waybill.errors import ArtifactError, IdentityError, Unavailable, WaybillError
from waybill.progress import Step, Stepped


def refuse_unsure(
    keys: Keys, shelves: Shelves, holders: Sequence[str], silent: Mapping[str, WaybillError], tools: Tools
) -> None:
    """Raise `ArtifactError` unless what has no waybill was surely put there to its end, as `domain.halves` has it.

    A stage that is under way, or was cut off, looks the same: only what a channel named, in a region of `holders`, was
    finished. In a region that is `silent` there may be a waybill that says something else.
    """
    account, what = shelves.target.owner, f"{keys.project} {keys.version}"
    if silent:
        said = "; ".join(f"{region}: {error.what}" for region, error in silent.items())
        raise ArtifactError(
            f"No region of account {account} shows a waybill of {what}, and not all could be read ({said}).",
            "Nothing was promoted: another region may have its waybill. Run again when all can be read.",
        )
    prefix = shelves.target.organisation.parameter_prefix

    def is_named(region: str) -> bool:
        tools.cancellation.check()
        parameters = shelves.open[region].region.parameters
        known = channels(parameters.below(f"{prefix}/{keys.project}"), prefix).get(keys.project, {})
        if keys.version.text in known.values():
            return True
        return any(
            keys.version.text in parameters.history(channel_parameter(prefix, keys.project, name)) for name in known
        )

    named, errors = everywhere(is_named, holders)
    if any(named.values()):
        return
    if errors:
        raise together(list(errors.values()))
    raise ArtifactError(
        f"{what} has no waybill in account {account}, and no channel ever named it: a stage of it may be under way, or "
        "was cut off.",
        "Nothing was promoted. Finish the stage (the same command again), or, if Startifact staged it, name it by a "
        "channel first.",
    )


def subject_of(keys: Keys, shelves: Shelves, holders: Mapping[str, Observation], tools: Tools) -> Subject:
    """Return what the regions `holders` hold, by the bytes of the first that gives them.

    Raises `ArtifactError` where the regions, each of which was uploaded by itself, cannot hold the same.
    """
    silent: list[WaybillError] = []
    for name, found in holders.items():
        try:
            digests = _read(name, shelves, found, tools)
        except (Unavailable, IdentityError) as error:
            silent.append(error)
            continue
        subject = bare_subject(found, keys, digests)
        for other in holders.values():
            _refuse_other(subject, other, keys)
        return subject
    raise together(silent)


def _read(name: str, shelves: Shelves, found: Observation, tools: Tools) -> Digests:
    if found.artifact is None:
        raise RuntimeError(f"{name} holds nothing")
    tools.reporter.tell(Stepped(name, Step.READ_BACK))
    return hashed(shelves.open[name].bucket, found.artifact, tools)


def _refuse_other(subject: Subject, found: Observation, keys: Keys) -> None:
    mine, theirs = subject.digests, found.artifact
    if theirs is None:
        return
    pairs = ((theirs.size, mine.size), (theirs.sha256, mine.sha256), (theirs.crc64nvme, mine.crc64nvme))
    what = "bytes" if any(one is not None and one != other for one, other in pairs) else ""
    if not what and bare_subject(found, keys, subject.digests) != subject:
        what = "metadata"
    if what:
        raise ArtifactError(
            f"The regions of account {found.account} hold different {what} as {subject.project} {subject.version}: "
            f"{found.region} has others.",
            "Nothing was promoted. Take the next version.",
        )
