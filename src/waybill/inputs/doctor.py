"""The inputs of `doctor`, from texts to one valid request; or one error with every fault."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from waybill.domain.arns import RoleArn
from waybill.domain.checks import kms_faults
from waybill.domain.deploy.pipeline import PipelineRef
from waybill.domain.doctor.examined import DoctorRequest, Promotion
from waybill.domain.identity import Identity
from waybill.domain.names import PROJECT_RULE, is_project
from waybill.domain.request import Place
from waybill.domain.setup.requests import ApplyRequest, Members
from waybill.errors import Fault, InputError
from waybill.inputs.encryption import read_kms
from waybill.inputs.identity import read_account, read_external_id
from waybill.inputs.members import ReadFile, read_file, read_members
from waybill.inputs.place import read_place
from waybill.inputs.promote import read_source
from waybill.inputs.reading import Reading
from waybill.inputs.release import read_channel
from waybill.inputs.shared import KMS_KEY, WHERE
from waybill.inputs.surroundings import Surroundings
from waybill.inputs.tables.doctor import DOCTOR
from waybill.inputs.tables.setup_apply import SETUP_APPLY
from waybill.inputs.typed import command_line

OF_A_PROMOTION = ("from-channel", "from-role", "from-role-external-id", "from-regions")
"""Any of these says that what is to be released comes from another account."""

NOT_BESIDE = frozenset(
    {
        *OF_A_PROMOTION,
        "role",
        "role-external-id",
        "expected-account",
        "pipeline",
        "pipeline-role",
        "pipeline-role-external-id",
        "pipeline-account",
    }
)
"""What is of no use beside a file, which says it of every account."""


def read(
    values: Mapping[str, str],
    around: Surroundings,
    faults: Sequence[Fault] = (),
    *,
    file: ReadFile = read_file,
    access_key: str = "",
) -> DoctorRequest:
    """Return the request; `access_key` is the id of the ambient one. Raises `InputError` with every fault."""
    reading = Reading(DOCTOR.inputs, values)
    reading.faults.extend(faults)
    project = reading.checked("project", is_project, PROJECT_RULE)
    place = read_place(reading, around)
    kms = read_kms(reading)
    reading.faults.extend(kms_faults(kms, place.overrides.regions or ()))
    pipeline = reading.parsed("pipeline", PipelineRef.parse)
    identity = _pipeline_identity(reading, place.identity)
    promotion = _promotion(reading, place, around, project)
    reading.flag("summary")
    fixes = reading.flag("fix-plan")
    members = _members(reading, around, file) if reading.given("config") is not None else None
    if fixes and reading.given("config") is None:
        reading.fault("fix-plan", "is of no use without `config`: setup's plan is made from that file.")
    if reading.faults:
        raise InputError(reading.in_order(), "Nothing was touched.")
    # With a runner's token nobody begins with what is at hand.
    key = "" if place.identity.oidc_role else access_key
    fix = _fix(members, values) if members is not None and fixes else None
    return DoctorRequest(
        place=place,
        project=project,
        kms=kms,
        pipeline=pipeline,
        pipeline_identity=identity,
        access_key=key,
        members=members,
        fix=fix,
        promotion=promotion,
    )


def _promotion(reading: Reading, place: Place, around: Surroundings, project: str | None) -> Promotion | None:
    """Return where a promotion reads; None where nothing is said of one."""
    channel = read_channel(reading, "from-channel") if reading.given("from-channel") is not None else ""
    source = read_source(reading, place, around)
    given = [name for name in OF_A_PROMOTION if reading.given(name) is not None]
    if given and not project:
        reading.fault(given[0], "needs `project`: what is to be promoted.")
    return Promotion(source=source, channel=channel) if given else None


def _members(reading: Reading, around: Surroundings, file: ReadFile) -> Members | None:
    """Return the accounts of the file, which also says where and as whom they are looked at."""
    for item in (*WHERE, KMS_KEY, *(one for one in DOCTOR.inputs if one.name in NOT_BESIDE)):
        given = reading.given(item.name)
        # A runner hands over the defaults as if somebody had given them.
        if given is not None and given.strip() != item.default:
            reading.fault(item.name, "is of no use with `config`: the file says which accounts, regions and roles.")
    return read_members(reading, around, file, chosen=False)


def _fix(members: Members, values: Mapping[str, str]) -> ApplyRequest:
    known = {item.name for item in SETUP_APPLY.inputs}
    typed = {name: value for name, value in values.items() if name in known}
    return ApplyRequest(
        estate=members.estate,
        among=members.estate.accounts,
        session=replace(members.session, role=None, role_external_id=None, expected_account=None),
        again=command_line(SETUP_APPLY, typed),
    )


def _pipeline_identity(reading: Reading, identity: Identity) -> Identity:
    """Return who works in the pipeline's account; without `pipeline-role`, whoever the run begins as."""
    role = reading.parsed("pipeline-role", RoleArn.parse)
    external = read_external_id(reading, "pipeline-role")
    account = read_account(reading, "pipeline-account")
    if account and role and role.account != account:
        reading.fault("pipeline-account", f"is another account than that of {role}.")
    expected = account or (role.account if role else None)
    return replace(identity, role=role, role_external_id=external, expected_account=expected)
