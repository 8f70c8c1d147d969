"""doctor: whether a release would go through, said before it is tried. Nothing is written."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from waybill.commands.doctor.asking import at_once
from waybill.commands.doctor.channels import of_the_channels
from waybill.commands.doctor.entering import Entry, enter_target
from waybill.commands.doctor.regions import region_findings
from waybill.commands.doctor.scene import Scene, set_out
from waybill.commands.tools import Tools
from waybill.domain.doctor.configuring import configuration_findings
from waybill.domain.doctor.examined import DoctorRequest, Examined
from waybill.domain.doctor.verdicts import bad
from waybill.domain.findings import Finding
from waybill.domain.result import Outcome, Result
from waybill.errors import ExitCode
from waybill.progress import Started


def doctor(request: DoctorRequest, tools: Tools) -> Result:
    """Look at everything that a release needs. Raises `Cancelled` only; whatever is wrong is a finding."""
    started = tools.clock.monotonic()
    tools.reporter.tell(Started("Looking at what a release needs"))
    entry = enter_target(request, tools)
    findings = [*entry.findings, *(_of_the_account(request, entry, tools) if entry.account else [])]
    return concluded(findings, tools.clock.monotonic() - started, caller=entry.caller.arn if entry.caller else None)


def _of_the_account(request: DoctorRequest, entry: Entry, tools: Tools) -> list[Finding]:
    if entry.account is None or entry.caller is None:
        return []
    scene = set_out(request, entry.account, entry.caller, tools)
    found = list(configuration_findings(scene.texts, request.place.configuration_parameter, scene.organisation))
    regions = [region for region in scene.organisation.regions if region in tools.known_regions]
    found += [
        bad("configuration", f"names the region {region}, which AWS does not have", "Take it out of `regions`.")
        for region in scene.organisation.regions
        if region not in tools.known_regions
    ]
    looks: dict[str, Callable[[], list[Finding]]] = {
        region: partial(region_findings, scene, region) for region in regions
    }
    return found + at_once({**looks, **_beside(scene, regions)})


def _beside(scene: Scene, regions: list[str]) -> dict[str, Callable[[], list[Finding]]]:
    return {"channels": partial(of_the_channels, scene, regions)}


def concluded(findings: list[Finding], seconds: float, *, caller: str | None) -> Result:
    """Return the result: exit 3 where anything fails."""
    found = Examined(findings=tuple(findings))
    return Result(
        command="doctor",
        outcome=Outcome.ALREADY,
        changed=False,
        exit_code=ExitCode.IDENTITY if found.failed else ExitCode.OK,
        project="",
        version="",
        sha256=None,
        size=None,
        channel=None,
        caller=caller,
        seconds=seconds,
        body=found,
    )
