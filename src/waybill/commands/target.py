"""From a request to the target: the account, its organisation configuration, and the regions to work in."""

from __future__ import annotations

from dataclasses import dataclass

from waybill.commands.tools import Tools
from waybill.domain import configuration
from waybill.domain.arns import Caller, RoleArn
from waybill.domain.channel import UpdateChannel
from waybill.domain.checks import kms_faults, region_faults
from waybill.domain.configuration import Organisation
from waybill.domain.names import MAX_KEY_BYTES, RESERVED_CHANNELS, Keys, channel_parameter, parameter_fault
from waybill.domain.policy import Scope, calls_of, configuration_policy, session_policy
from waybill.domain.request import StageRequest
from waybill.errors import Fault, IdentityError, InputError, Unavailable, WaybillError
from waybill.ports import Account
from waybill.progress import Identified, Warned

EVENT_NAME = 64
"""Bytes to keep for the last part of an event's key."""

EXAMPLE = '{"regions": "us-east-1,eu-west-1", "bucket_name_param": "/buckets/staging"}'


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The account that the run works in, under its session policy, and what is configured there."""

    account: Account
    caller: Caller
    organisation: Organisation

    @property
    def owner(self) -> str:
        """The account that must own every bucket."""
        return self.caller.account


def reach(request: StageRequest, tools: Tools) -> Target:
    """Assume the roles, check who we are, read the configuration, and check the request against it.

    Raises `IdentityError` for the wrong account or root, `InputError` with every fault of the configuration.
    """
    role = request.identity.role or request.identity.oidc_role
    organisation = request.overrides.alone() if request.overrides.replaces_all() else None
    if organisation is None:
        account = tools.gateway.enter(_first_policy(role, request))
        caller = _identified(account, request)
        organisation = _configured(account, request, tools)
        _refuse_faults(organisation, request, tools)
        if role is None:
            tools.reporter.tell(Identified(caller.arn, caller.account))
            return Target(account=account, caller=caller, organisation=organisation)
    else:
        _refuse_faults(organisation, request, tools)
    account = tools.gateway.enter(_policy(role, request, organisation))
    caller = _identified(account, request)
    tools.reporter.tell(Identified(caller.arn, caller.account))
    return Target(account=account, caller=caller, organisation=organisation)


def _identified(account: Account, request: StageRequest) -> Caller:
    caller = account.caller()
    if caller.is_root:
        raise IdentityError(
            f"{caller.arn} is the root of the account; Waybill refuses root credentials.",
            "Root cannot be narrowed by any policy. Use a role: see `role` and `oidc-role`.",
        )
    expected = request.identity.account
    if expected and caller.account != expected:
        raise IdentityError(
            f"The credentials are those of account {caller.account} ({caller.arn}), not of {expected}.",
            "Give the `role` of the right account, or correct `expected-account`. Nothing was written.",
        )
    return caller


def _configured(account: Account, request: StageRequest, tools: Tools) -> Organisation:
    """Read the configuration from the first region that answers; one that does not is passed over with a warning."""
    name = request.configuration_parameter
    regions = request.config_regions
    last: WaybillError | None = None
    for region in regions:
        try:
            text = account.region(region).parameters.get(name)
        except Unavailable as error:
            tools.reporter.tell(Warned(f"The configuration could not be read in {region}: {error.what}"))
            last = error
            continue
        if text is None:
            raise InputError([Fault(configuration.NAME, name, f"does not exist in {region}.", "/startifact")])
        try:
            stored = configuration.parse(text, parameter=name, default_regions=regions)
        except ValueError as error:
            rule = f"cannot be read in {region}: {error}."
            raise InputError([Fault(configuration.NAME, name, rule, EXAMPLE)]) from error
        return request.overrides.over(stored)
    if last is not None:
        raise last
    rule = "no region is known to read the configuration in: give `regions`, or set STARTIFACT_REGIONS or AWS_REGION."
    raise InputError([Fault("regions", "", rule, "us-east-1,eu-west-1")])


def _refuse_faults(organisation: Organisation, request: StageRequest, tools: Tools) -> None:
    source = f"the parameter {request.configuration_parameter}"
    faults = [
        *configuration.faults(organisation, source=source),
        *region_faults(organisation.regions, tools.known_regions),
        *kms_faults(request.kms, organisation.regions),
        *_name_faults(organisation, request),
    ]
    broken = request.require.fault(len(organisation.regions))
    if broken and organisation.regions:
        faults.append(Fault("require", request.require.text, broken, "all"))
    if faults:
        raise InputError(faults, "Nothing was written.")


def _name_faults(organisation: Organisation, request: StageRequest) -> list[Fault]:
    """Return what is wrong with the parameter and the keys that the names of this run make together."""
    name = channel_parameter(organisation.parameter_prefix, request.project, request.channel)
    found = []
    if name in {request.configuration_parameter, organisation.bucket_parameter}:
        rule = f"would be the parameter {name}, which holds the configuration."
        found.append(Fault("channel", request.channel, rule, "latest"))
    elif request.channel in RESERVED_CHANNELS:
        found.append(Fault("channel", request.channel, "is a name that Systems Manager reserves.", "latest"))
    elif rule_broken := not _is_broken(organisation.parameter_prefix) and parameter_fault(name):
        rule = f"with `parameter-prefix` and `channel` makes the name of a parameter, which {rule_broken}"
        found.append(Fault("project", request.project, rule, "SugarWater"))
    keys = Keys(organisation.key_prefix, request.project, request.version)
    if len(keys.events(request.channel).encode("utf-8")) + EVENT_NAME > MAX_KEY_BYTES:
        rule = f"with `key-prefix`, `version` and `channel` makes S3 keys of over {MAX_KEY_BYTES} bytes."
        found.append(Fault("project", request.project, rule, "SugarWater"))
    return found


def _is_broken(prefix: str) -> bool:
    return bool(prefix) and (not prefix.startswith("/") or parameter_fault(prefix) is not None)


def _first_policy(role: RoleArn | None, request: StageRequest) -> str:
    return configuration_policy(role.partition, role.account, request.configuration_parameter) if role else ""


def _policy(role: RoleArn | None, request: StageRequest, organisation: Organisation) -> str:
    if role is None:
        return ""
    scope = Scope(
        partition=role.partition,
        account=role.account,
        project=request.project,
        version=request.version.text,
        channel=request.channel,
        key_prefix=organisation.key_prefix,
        parameter_prefix=organisation.parameter_prefix,
        parameters=tuple(dict.fromkeys((request.configuration_parameter, organisation.bucket_parameter))),
        key_accounts=_key_accounts(role, request),
    )
    calls = calls_of(
        writes=not request.dry_run,
        moves=request.moves,
        reads_channel=request.update_channel is not UpdateChannel.NEVER,
        looks_up_key=not request.kms.given,
    )
    return session_policy(calls, scope)


def _key_accounts(role: RoleArn, request: StageRequest) -> tuple[str, ...]:
    """Return whose keys may be used. What is stored already may be of the account's own, whichever are given now.

    A bucket's default key may be anybody's; that is known only when the session is there.
    """
    given = tuple(key.account for key in request.kms.arns())
    return tuple(dict.fromkeys((role.account, *given))) if given else ("*",)
