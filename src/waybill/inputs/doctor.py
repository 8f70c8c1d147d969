"""The inputs of `doctor`, from texts to one valid request; or one error with every fault."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from waybill.domain.arns import RoleArn
from waybill.domain.checks import kms_faults
from waybill.domain.doctor.examined import DoctorRequest
from waybill.domain.identity import Identity
from waybill.domain.names import PROJECT_RULE, is_project
from waybill.domain.pipeline import PipelineRef
from waybill.errors import Fault, InputError
from waybill.inputs.encryption import read_kms
from waybill.inputs.identity import read_account, read_external_id
from waybill.inputs.place import read_place
from waybill.inputs.reading import Reading
from waybill.inputs.surroundings import Surroundings
from waybill.inputs.tables.doctor import DOCTOR


def read(
    values: Mapping[str, str], around: Surroundings, faults: Sequence[Fault] = (), *, access_key: str = ""
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
    reading.flag("summary")
    if reading.faults:
        raise InputError(reading.in_order(), "Nothing was touched.")
    return DoctorRequest(
        place=place,
        project=project,
        kms=kms,
        pipeline=pipeline,
        pipeline_identity=identity,
        # With a runner's token nobody begins with what is at hand.
        access_key="" if place.identity.oidc_role else access_key,
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
