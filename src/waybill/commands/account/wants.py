"""What a command wants of the account it reaches: that its names fit there, and a session policy of its own calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from waybill.commands.account.target import Wants
from waybill.domain.arns import RoleArn
from waybill.domain.calls import (
    DEPLOY_CALLS,
    PROMOTE_CALLS,
    READ_CALLS,
    ROLLBACK_CALLS,
    STAGE_CALLS,
    Call,
    On,
    calls_of,
)
from waybill.domain.channel import UpdateChannel
from waybill.domain.checks import kms_faults
from waybill.domain.configuration import Organisation
from waybill.domain.names import MAX_KEY_BYTES, RESERVED_CHANNELS, Keys, channel_parameter, parameter_fault
from waybill.domain.outputs import Output, distribution_arns
from waybill.domain.policy import Scope, Source, session_policy
from waybill.domain.request import Place, Request
from waybill.domain.versions import Version
from waybill.errors import Fault

if TYPE_CHECKING:
    from waybill.domain.orders import RollbackOrder
    from waybill.domain.packages.version import PackagePlace

EVENT_NAME = 64
"""Bytes to keep for the last part of an event's key."""


def wants_of(request: Request, source: Source | None = None) -> Wants:
    """Return what a command wants that puts one version into an account; `source` is what it copies from."""

    def policy(role: RoleArn, organisation: Organisation) -> str:
        calls = calls_of(
            PROMOTE_CALLS if source is not None else STAGE_CALLS,
            writes=not request.dry_run,
            moves=request.moves,
            reads_channel=request.update_channel is not UpdateChannel.NEVER,
            looks_up_key=not request.kms.given,
        )
        scope = replace(scope_of(role, request, organisation), source=source)
        if request.package is not None:
            from waybill.commands.account.packages import publishing  # noqa: PLC0415 - few runs publish packages

            calls, scope = publishing(calls, scope, request, request.package, organisation)
        return session_policy(calls, scope)

    def faults(organisation: Organisation) -> list[Fault]:
        found = [*kms_faults(request.kms, organisation.regions)]
        found += channel_faults(organisation, request, request.project, request.channel)
        found += _key_faults(organisation, request)
        broken = request.require.fault(len(organisation.regions))
        if broken and organisation.regions:
            found.append(Fault("require", request.require.text, broken, "all"))
        return found

    return Wants(faults=faults, policy=policy)


def reading(
    place: Place,
    project: str,
    channel: str = "*",
    calls: Sequence[Call] = READ_CALLS,
    *,
    package: PackagePlace | None = None,
) -> Wants:
    """Return what a command wants that only looks, at whatever version; `project` and `channel` may be `*`.

    `package` is where it reads a package as well.
    """

    def policy(role: RoleArn, organisation: Organisation) -> str:
        scope = Scope(
            partition=role.partition,
            account=role.account,
            project=project,
            version="*",
            channel=channel,
            key_prefix=organisation.key_prefix,
            parameter_prefix=organisation.parameter_prefix,
            parameters=configured(place, organisation),
            key_accounts=("*",),
            browses=project == "*",
        )
        if package is None:
            return session_policy(calls, scope)
        from waybill.commands.account.packages import reading_package  # noqa: PLC0415 - few runs read packages

        return session_policy(*reading_package(calls, scope, package, organisation))

    def faults(organisation: Organisation) -> list[Fault]:
        return [] if "*" in {project, channel} else channel_faults(organisation, place, project, channel)

    return Wants(faults=faults, policy=policy)


def rolling_back(order: RollbackOrder) -> Wants:
    """Return what a rollback wants: to read every version, and to write events beside those that it withdraws."""

    request = order.request(order.to or Version("0.0.0"))

    def policy(role: RoleArn, organisation: Organisation) -> str:
        calls = calls_of(
            ROLLBACK_CALLS,
            writes=not request.dry_run,
            moves=True,
            reads_channel=True,
            looks_up_key=not request.kms.given,
        )
        # Which versions are withdrawn is not known yet.
        return session_policy(calls, replace(scope_of(role, request, organisation), version="*"))

    return Wants(faults=wants_of(request).faults, policy=policy)


def deploying(request: Request, outputs: tuple[Output, ...] = (), distributions: Sequence[str] = ()) -> Wants:
    """Return what a deploy wants where the version is staged: to read it, and to write its event.

    `outputs` are where the deployed files are compared afterwards, most often in the same account; `distributions` the
    ids of those that forget what was deployed before.
    """

    def policy(role: RoleArn, organisation: Organisation) -> str:
        calls = calls_of(
            DEPLOY_CALLS,
            writes=not request.dry_run,
            moves=False,
            reads_channel=True,
            looks_up_key=not request.kms.given,
        )
        scope = scope_of(role, request, organisation)
        keys = (*scope.key_accounts, *(one.key_account for one in outputs if one.key_account))
        keys = ("*",) if "*" in keys else tuple(dict.fromkeys(keys))
        # A channel may name any version, and what was deployed before is found by its events.
        beside = {On.DISTRIBUTION: distribution_arns(role.partition, role.account, distributions)}
        return session_policy(calls, replace(scope, version="*", key_accounts=keys, outputs=outputs, beside=beside))

    return Wants(faults=wants_of(request).faults, policy=policy)


def scope_of(role: RoleArn, request: Request, organisation: Organisation) -> Scope:
    """Return what a run's session policy is narrowed to."""
    return Scope(
        partition=role.partition,
        account=role.account,
        project=request.project,
        version=request.version.text,
        channel=request.channel,
        key_prefix=organisation.key_prefix,
        parameter_prefix=organisation.parameter_prefix,
        parameters=configured(request, organisation),
        key_accounts=_key_accounts(role, request),
    )


def configured(place: Place, organisation: Organisation) -> tuple[str, ...]:
    """Return the names of the configuration's own parameters."""
    return tuple(dict.fromkeys((place.configuration_parameter, organisation.bucket_parameter)))


def _key_accounts(role: RoleArn, request: Request) -> tuple[str, ...]:
    """Return whose keys may be used. What is stored already may be of the account's own, whichever are given now.

    A bucket's default key may be anybody's; that is known only when the session is there.
    """
    given = tuple(key.account for key in request.kms.arns())
    return tuple(dict.fromkeys((role.account, *given))) if given else ("*",)


def channel_faults(organisation: Organisation, place: Place, project: str, channel: str) -> list[Fault]:
    """Return what is wrong with the channel's parameter as the names of this run make it."""
    name = channel_parameter(organisation.parameter_prefix, project, channel)
    if name in {place.configuration_parameter, organisation.bucket_parameter}:
        rule = f"would be the parameter {name}, which holds the configuration."
        return [Fault("channel", channel, rule, "latest")]
    if channel in RESERVED_CHANNELS:
        return [Fault("channel", channel, "is a name that Systems Manager reserves.", "latest")]
    if rule_broken := not _is_broken(organisation.parameter_prefix) and parameter_fault(name):
        rule = f"with `parameter-prefix` and `channel` makes the name of a parameter, which {rule_broken}"
        return [Fault("project", project, rule, "SugarWater")]
    return []


def _key_faults(organisation: Organisation, request: Request) -> list[Fault]:
    keys = Keys(organisation.key_prefix, request.project, request.version)
    if len(keys.events(request.channel).encode("utf-8")) + EVENT_NAME <= MAX_KEY_BYTES:
        return []
    rule = f"with `key-prefix`, `version` and `channel` makes S3 keys of over {MAX_KEY_BYTES} bytes."
    return [Fault("project", request.project, rule, "SugarWater")]


def _is_broken(prefix: str) -> bool:
    return bool(prefix) and (not prefix.startswith("/") or parameter_fault(prefix) is not None)
