"""From a request to the target: the account, its organisation configuration, and the regions to work in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from waybill.commands.tools import Tools
from waybill.domain import configuration
from waybill.domain.arns import Caller, RoleArn
from waybill.domain.checks import region_faults
from waybill.domain.configuration import Organisation
from waybill.domain.policy import configuration_policy
from waybill.domain.request import Place
from waybill.errors import Fault, IdentityError, InputError, Unavailable, WaybillError
from waybill.ports.account import Account
from waybill.progress import Identified, Warned

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

    def by(self, actor: str) -> str:
        """Return who acts, as records say: the workflow's actor, else who we are in AWS."""
        return actor or self.caller.arn


@dataclass(frozen=True, slots=True, kw_only=True)
class Wants:
    """What a command wants of the account that it reaches, once its configuration is known.

    `faults` says what is wrong with the request there; `policy` is the session policy for a role (P8).
    """

    faults: Callable[[Organisation], list[Fault]]
    policy: Callable[[RoleArn, Organisation], str]


def reach(place: Place, wants: Wants, tools: Tools) -> Target:
    """Assume the roles, check who we are, read the configuration, and check the request against it.

    Raises `IdentityError` for the wrong account or root, `InputError` with every fault of the configuration.
    """
    gateway = tools.gateways(place.identity)
    role = place.identity.role or place.identity.oidc_role
    organisation = place.overrides.alone() if place.overrides.replaces_all() else None
    if organisation is None:
        account = gateway.enter(_first_policy(role, place))
        caller = _identified(account, place)
        organisation = _configured(account, place, tools)
        _refuse_faults(organisation, place, wants, tools)
        if role is None:
            tools.reporter.tell(Identified(caller.arn, caller.account))
            return Target(account=account, caller=caller, organisation=organisation)
    else:
        _refuse_faults(organisation, place, wants, tools)
    account = gateway.enter(wants.policy(role, organisation) if role else "")
    caller = _identified(account, place)
    tools.reporter.tell(Identified(caller.arn, caller.account))
    return Target(account=account, caller=caller, organisation=organisation)


def _identified(account: Account, place: Place) -> Caller:
    return right_caller(account, place.identity.account)


def right_caller(account: Account, expected: str | None, *, role: str = "role", by: str = "expected-account") -> Caller:
    """Return who we are there. Raises `IdentityError` for root, and for another account than is expected (P7).

    `role` and `by` are the inputs that lead there.
    """
    caller = account.caller()
    if caller.is_root:
        raise IdentityError(
            f"{caller.arn} is the root of the account; Waybill refuses root credentials.",
            "Root cannot be narrowed by any policy. Use a role: see `role` and `oidc-role`.",
        )
    if expected and caller.account != expected:
        raise IdentityError(
            f"The credentials are those of account {caller.account} ({caller.arn}), not of {expected}.",
            f"Give the `{role}` of the right account, or correct `{by}`. Nothing was written.",
        )
    return caller


def _configured(account: Account, place: Place, tools: Tools) -> Organisation:
    """Read the configuration from the first region that answers; one that does not is passed over with a warning."""
    name = place.configuration_parameter
    regions = place.config_regions
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
        return place.overrides.over(stored)
    if last is not None:
        raise last
    rule = "no region is known to read the configuration in: give `regions`, or set STARTIFACT_REGIONS or AWS_REGION."
    raise InputError([Fault("regions", "", rule, "us-east-1,eu-west-1")])


def _refuse_faults(organisation: Organisation, place: Place, wants: Wants, tools: Tools) -> None:
    source = f"the parameter {place.configuration_parameter}"
    faults = [
        *configuration.faults(organisation, source=source),
        *region_faults(organisation.regions, tools.known_regions),
        *wants.faults(organisation),
    ]
    if faults:
        raise InputError(faults, "Nothing was written.")


def _first_policy(role: RoleArn | None, place: Place) -> str:
    return configuration_policy(role.partition, role.account, place.configuration_parameter) if role else ""
