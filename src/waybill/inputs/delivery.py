"""The inputs that say how a version is deployed, from texts to one `Delivery`; faults go to the reading."""

from __future__ import annotations

from dataclasses import replace

from waybill.domain.arns import RoleArn
from waybill.domain.deploy.compared import Choice
from waybill.domain.deploy.delivery import Delivery, Invalidation, OnCancel, OnFailure, SourceChoice, UrlCheck
from waybill.domain.deploy.invalidating import read_invalidations
from waybill.domain.deploy.pipeline import PipelineRef
from waybill.domain.deploy.url_check import read_url_check
from waybill.domain.identity import Identity
from waybill.domain.moments import parse_duration
from waybill.domain.request import Place
from waybill.inputs.identity import read_account, read_external_id
from waybill.inputs.reading import Reading, one_of

USUAL_STATUS = "200"
LONGEST_ENVIRONMENT = 255
"""Characters of the name of an environment that GitHub takes."""

MOST_VARIABLES = 50
LONGEST_VARIABLE = 1000
"""What CodePipeline takes: https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_PipelineVariable.html"""


def read_delivery(reading: Reading, place: Place, regions: tuple[str, ...]) -> Delivery:
    """Return how the version is deployed. `regions` are where a pipeline is looked for that is named without one."""
    pipeline = reading.parsed("pipeline", PipelineRef.parse)
    source = reading.parsed("source", one_of(SourceChoice))
    on_cancel = reading.parsed("on-cancel", one_of(OnCancel))
    on_failure = reading.parsed("on-failure", one_of(OnFailure)) if reading.has("on-failure") else OnFailure.LEAVE
    verify = reading.parsed("verify-deployed", one_of(Choice))
    timeout = reading.parsed("timeout", parse_duration)
    wait = reading.flag("wait")
    delivery = Delivery(
        pipeline=pipeline or PipelineRef("unknown"),
        identity=_identity(reading, place.identity),
        regions=tuple(dict.fromkeys(regions)),
        source=source or SourceChoice.AUTO,
        variables=_variables(reading),
        wait=wait,
        timeout=timeout or 0.0,
        approval_timeout=reading.parsed("approval-timeout", parse_duration),
        on_cancel=on_cancel or OnCancel.LEAVE,
        on_failure=on_failure or OnFailure.LEAVE,
        allow_unpinned=reading.flag("allow-unpinned"),
        verify_deployed=verify or Choice.AUTO,
        url=_url(reading),
        invalidations=_invalidations(reading),
        environment=reading.checked(
            "environment",
            lambda text: text.isprintable() and len(text) <= LONGEST_ENVIRONMENT,
            f"must be one line of at most {LONGEST_ENVIRONMENT} characters.",
        ).strip(),
        environment_url=reading.checked("environment-url", _is_page, "must be an http or https address."),
    )
    if not wait and reading.text("wait").strip().lower() == "false":
        _refuse_unwaited(reading)
    return delivery


def _refuse_unwaited(reading: Reading) -> None:
    """Say of what is done at the end that nobody waits for the end."""
    for name in ("verify-url", "invalidate", "approval-timeout"):
        if reading.given(name) is not None:
            reading.fault(name, "is of no use with `wait: false`: nobody is there at the end.")
    if reading.has("on-failure") and reading.text("on-failure") == OnFailure.ROLLBACK:
        reading.fault("on-failure", "is of no use with `wait: false`: nobody is there when it fails.")


def _identity(reading: Reading, identity: Identity) -> Identity:
    role = reading.parsed("pipeline-role", RoleArn.parse)
    external = read_external_id(reading, "pipeline-role")
    given = read_account(reading, "pipeline-account")
    if given and role and role.account != given:
        reading.fault("pipeline-account", f"is another account than that of {role}.")
    account = given or (role.account if role else None)
    return replace(identity, role=role, role_external_id=external, expected_account=account)


def _variables(reading: Reading) -> dict[str, str]:
    """Read `name=value` lines; whether the pipeline declares them is its own to say."""
    found: dict[str, str] = {}
    for line in filter(None, map(str.strip, reading.text("variables").splitlines())):
        name, equals, value = line.partition("=")
        name = name.strip()
        if not equals or not name:
            reading.fault("variables", "must be `name=value`, one a line.", value=line)
        elif name in found:
            reading.fault("variables", f"gives {name} twice.", value=line)
        elif not 1 <= len(value) <= LONGEST_VARIABLE:
            reading.fault("variables", f"must have values of 1 to {LONGEST_VARIABLE} characters.", value=line)
        else:
            found[name] = value
    if len(found) > MOST_VARIABLES:
        reading.fault("variables", f"must be at most {MOST_VARIABLES}.")
    return found


def _url(reading: Reading) -> UrlCheck | None:
    status = reading.text("verify-status")
    # A runner hands over the default as if somebody had given it.
    given = "" if status == USUAL_STATUS else status
    check, faults = read_url_check(reading.text("verify-url"), given, reading.text("verify-text"))
    for fault in faults:
        reading.adopt(fault.name, [fault])
    return check


def _invalidations(reading: Reading) -> tuple[Invalidation, ...]:
    found, faults = read_invalidations(reading.text("invalidate"))
    reading.adopt("invalidate", faults)
    return found


def _is_page(text: str) -> bool:
    return text.startswith(("https://", "http://")) and not any(one.isspace() for one in text) and len(text) <= 2000
