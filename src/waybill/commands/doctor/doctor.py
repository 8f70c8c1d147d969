"""doctor: whether a release would go through, said before it is tried. Nothing is written."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from waybill.commands.asking import at_once
from waybill.commands.doctor.channels import of_the_channels
from waybill.commands.doctor.deploying import deploying
from waybill.commands.doctor.entering import enter_target
from waybill.commands.doctor.file import enter_members
from waybill.commands.doctor.github import of_github
from waybill.commands.doctor.permissions import permissions
from waybill.commands.doctor.regions import look_at_region
from waybill.commands.doctor.scene import Scene, set_out
from waybill.commands.doctor.session import session_finding
from waybill.commands.doctor.source import of_the_source
from waybill.commands.tools import Tools, everywhere
from waybill.domain.doctor.configuring import accounts_agree, configuration_findings
from waybill.domain.doctor.examined import DoctorRequest, Examined
from waybill.domain.doctor.identity import credentials_finding
from waybill.domain.doctor.places import placed
from waybill.domain.doctor.verdicts import bad
from waybill.domain.findings import Finding
from waybill.domain.result import Outcome, Result
from waybill.domain.setup.requests import Members
from waybill.errors import ExitCode
from waybill.progress import Started


def doctor(request: DoctorRequest, tools: Tools) -> Result:
    """Look at everything that a release needs. Raises `Cancelled` only; whatever is wrong is a finding."""
    started = tools.clock.monotonic()
    tools.reporter.tell(Started("Looking at what a release needs"))
    if request.members is not None:
        return _concluded(of_the_file(request, request.members, tools), tools.clock.monotonic() - started, caller=None)
    entry = enter_target(request, tools)
    findings = list(entry.findings)
    scene = None
    if entry.account is not None and entry.caller is not None:
        scene = set_out(request, entry.account, entry.caller, tools)
        findings += of_the_account(scene)
    findings += of_the_source(request, scene, tools)
    return _concluded(findings, tools.clock.monotonic() - started, caller=entry.caller.arn if entry.caller else None)


def of_the_file(request: DoctorRequest, members: Members, tools: Tools) -> list[Finding]:
    """Look at every account of the file, each by the role that the file names, and at whether they agree."""
    found = [credentials_finding(request.access_key, real=tools.console)]
    entered, findings = enter_members(request, members, tools)
    scenes, errors = everywhere(lambda name: entered[name](), list(entered))
    for error in errors.values():
        raise error
    looked, failed = everywhere(lambda name: of_the_account(scenes[name]), list(scenes))
    for error in failed.values():
        raise error
    for name, some in looked.items():
        findings[name] += [replace(one, account=name) for one in some]
    found += [one for some in findings.values() for one in some]
    return [
        *found,
        *accounts_agree({name: scene.texts for name, scene in scenes.items()}, members.estate.configuration_parameter),
    ]


def of_the_account(scene: Scene) -> list[Finding]:
    """Look at one account: at all regions first, since what may be done there is asked of what they have."""
    known = scene.tools.known_regions
    organisation = scene.organisation
    parameter = scene.request.place.configuration_parameter
    found = list(configuration_findings(scene.texts, parameter, organisation, own=scene.own))
    found += [
        bad("configuration", f"names the region {region}, which AWS does not have", "Take it out of `regions`.")
        for region in organisation.regions
        if region not in known
    ]
    if organisation.regions and organisation.bucket_parameter:
        found.append(session_finding(scene))
    regions = [region for region in organisation.regions if region in known]
    looks, errors = everywhere(partial(look_at_region, scene), regions)
    for error in errors.values():
        raise error
    found += [one for look in looks.values() for one in look.findings]
    staging = frozenset(look.bucket for look in looks.values() if look.bucket)
    buckets = {region: look.bucket for region, look in looks.items() if look.bucket and not look.silent}
    # Each question to a region that answers nobody takes its whole time limit.
    regions = [region for region in regions if not looks[region].silent]
    found += at_once(
        {
            "channels": partial(of_the_channels, scene, regions, buckets),
            "permissions": partial(permissions, scene, looks),
            "pipelines": partial(deploying, scene, regions, staging),
            "trust": partial(of_github, scene),
        }
    )
    return placed(found, scene.caller.account, scene.caller.arn)


def _concluded(findings: list[Finding], seconds: float, *, caller: str | None) -> Result:
    """Return the result: exit 3 where anything fails."""
    found = Examined(findings=tuple(findings))
    return Result(
        command="doctor",
        outcome=Outcome.FAILED if found.failed else Outcome.ALREADY,
        changed=False,
        exit_code=ExitCode.IDENTITY if found.failed else ExitCode.OK,
        caller=caller,
        seconds=seconds,
        body=found,
    )
