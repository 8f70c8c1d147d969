"""The inputs of `setup pipeline-role`, from texts to one valid request; or one error with every fault."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from waybill.domain.arns import RoleArn, partition_of
from waybill.domain.checks import region_faults
from waybill.domain.deploy.pipeline import NAME
from waybill.domain.setup.estate import Estate, Member, PipelineEntry
from waybill.domain.setup.pipelines.role import PipelineRoleRequest
from waybill.errors import Fault, InputError
from waybill.inputs.members import ReadFile, read_file, read_members
from waybill.inputs.reading import Reading
from waybill.inputs.surroundings import Surroundings
from waybill.inputs.tables.setup_pipeline_role import SETUP_PIPELINE_ROLE
from waybill.inputs.typed import command_line

NAME_RULE = "must be a name of 1 to 100 letters, digits and `.@-_`."


def read(
    values: Mapping[str, str], around: Surroundings, faults: Sequence[Fault] = (), *, file: ReadFile = read_file
) -> PipelineRoleRequest:
    """Return the request. Raises `InputError` with every fault, those of the file among them."""
    reading = Reading(SETUP_PIPELINE_ROLE.inputs, values)
    reading.faults.extend(faults)
    members = read_members(reading, around, file, chosen=False)
    role = reading.parsed("deploy-role", RoleArn.parse)
    name = reading.checked("pipeline", lambda text: NAME.fullmatch(text) is not None, NAME_RULE)
    action = reading.checked("action", lambda text: NAME.fullmatch(text) is not None, NAME_RULE)
    region = reading.text("region")
    given = [region] if region else []
    reading.adopt("region", (replace(fault, name="region") for fault in region_faults(given, around.regions)))
    same, yes, _ = reading.flag("same-account"), reading.flag("yes"), reading.flag("summary")
    reading.require("pipeline")
    estate = members.estate if members else None
    known = next((one for one in estate.pipelines if one.name == name), None) if estate else None
    account = _account(reading, estate, known) if estate else None
    if role is None and estate is not None:
        role = _role_of(estate, known)
        if role is None:
            reading.require("deploy-role")
    if reading.faults or members is None or account is None or role is None:
        raise InputError(reading.in_order(), "Nothing was touched.")
    return PipelineRoleRequest(
        estate=members.estate,
        among=(account,),
        session=members.session,
        account=account,
        role=role,
        pipeline=name,
        region=region or (known.region if known else members.estate.home),
        action=action or None,
        production=members.estate.account(known.production) if known else None,
        same_account=same,
        yes=yes,
        again=command_line(SETUP_PIPELINE_ROLE, {**values, "yes": "true"}),
    )


def _account(reading: Reading, estate: Estate, known: PipelineEntry | None) -> Member | None:
    """Return the account that has the pipeline: the one that is named, else the file's for it, else the only one."""
    name, names = reading.text("account").strip(), [member.name for member in estate.accounts]
    if name and name not in names:
        reading.fault("account", f"is no account of the file, which has {', '.join(names)}.")
        return None
    if not name and known is None and len(names) > 1:
        rule = f"is missing: the file has no pipeline of this name, and the accounts {', '.join(names)}."
        reading.fault("account", rule)
        return None
    return estate.account(name or (known.account if known else names[0]))


def _role_of(estate: Estate, known: PipelineEntry | None) -> RoleArn | None:
    """Return the role that the file gives the pipeline."""
    if known is None:
        return None
    account = estate.account(known.production).id
    return RoleArn.parse(f"arn:{partition_of(known.region)}:iam::{account}:role/{known.deploy_role}")
