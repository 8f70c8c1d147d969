"""Into the accounts of `waybill.yaml`, each as a scene of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from waybill.commands.doctor.scene import Scene, set_out
from waybill.commands.setup.members import enter
from waybill.commands.together import in_words
from waybill.commands.tools import Tools
from waybill.domain.arns import Caller
from waybill.domain.doctor.calls import doctor_policy
from waybill.domain.doctor.examined import DoctorRequest
from waybill.domain.doctor.identity import caller_finding
from waybill.domain.doctor.verdicts import bad, unknown
from waybill.domain.findings import Finding
from waybill.domain.request import Place
from waybill.domain.setup.estate import Member
from waybill.domain.setup.requests import Members
from waybill.errors import AccessDenied, Cancelled, IdentityError, WaybillError
from waybill.ports.account import Account

Scenes = dict[str, Callable[[], Scene]]


def enter_members(request: DoctorRequest, members: Members, tools: Tools) -> tuple[Scenes, dict[str, list[Finding]]]:
    """Return what sets out each account that could be entered, and what is found of entering it, by their names."""
    entered = enter(members, lambda _: doctor_policy(), tools)
    others = {entered.callers[name].account: account for name, account in entered.accounts.items()}
    scenes: Scenes = {}
    found: dict[str, list[Finding]] = {}
    for member in members.among:
        name = member.name
        if name in entered.accounts:
            own = replace(request, place=_place(members, member))
            account, caller = entered.accounts[name], entered.callers[name]
            scenes[name] = partial(_scene, own, account, caller, others, tools)
            found[name] = [replace(caller_finding(caller), account=name)]
        else:
            found[name] = [replace(_not_entered(entered.errors[name]), account=name)]
    return scenes, found


def _scene(
    request: DoctorRequest, account: Account, caller: Caller, others: Mapping[str, Account], tools: Tools
) -> Scene:
    return replace(set_out(request, account, caller, tools), own=False, others=others)


def _place(members: Members, member: Member) -> Place:
    estate = members.estate
    return Place(
        identity=members.identity(member),
        configuration_parameter=estate.configuration_parameter,
        config_regions=estate.regions,
    )


def _not_entered(error: WaybillError) -> Finding:
    """Return what it means that an account cannot be entered: root, or another account, is wrong; a refusal is not."""
    if isinstance(error, Cancelled):
        raise error
    if isinstance(error, IdentityError) and not isinstance(error, AccessDenied):
        return bad("identity", in_words(error), error.advice)
    return unknown("identity", in_words(error), error.advice)
