"""Which stacks a StackSet's properties ask for, and what is to be done where they ask for others. Pure.

A target is an account, an organizational unit, or an account of a unit, in one region: changes of a template's lists
add and delete only what they name.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Properties = Mapping[str, Any]


@dataclass(frozen=True, slots=True, order=True)
class Target:
    """An account (`unit` empty), a unit (`account` empty), or an account of a unit; `how` is the AccountFilterType."""

    unit: str
    account: str
    how: str
    region: str


def targets(properties: Properties) -> dict[Target, str]:
    """Return the targets of a StackSet's `StackInstancesGroup`, each with its parameter overrides as JSON text."""
    found = {}
    for group in properties.get("StackInstancesGroup", []):
        overrides = json.dumps(group.get("ParameterOverrides", []), sort_keys=True)
        for region in group["Regions"]:
            for unit, account, how in _within(group["DeploymentTargets"]):
                found[Target(unit, account, how, region)] = overrides
    return found


def _within(given: Properties) -> Iterable[tuple[str, str, str]]:
    accounts, units = given.get("Accounts", []), given.get("OrganizationalUnitIds", [])
    how = given.get("AccountFilterType", "NONE")
    if not units:
        return [("", account, how) for account in accounts]
    if how == "INTERSECTION":
        return [(unit, account, how) for unit in units for account in accounts]
    # What another filter leaves depends on all of its accounts together.
    return [(unit, ",".join(sorted(accounts)), how) for unit in units]


def requests(chosen: Mapping[Target, str]) -> list[dict[str, Any]]:
    """Return the members of the requests that are about these targets: few requests, and every region in its order."""
    regions: dict[tuple[str, str, str, str], list[str]] = {}
    for target, overrides in chosen.items():
        regions.setdefault((target.unit, target.account, target.how, overrides), []).append(target.region)
    accounts: dict[tuple[str, str, tuple[str, ...], str], list[str]] = {}
    for (unit, account, how, overrides), places in regions.items():
        accounts.setdefault((unit, how, tuple(places), overrides), []).append(account)
    units: dict[tuple[str, tuple[str, ...], str, tuple[str, ...]], list[str]] = {}
    for (unit, how, where, overrides), names in accounts.items():
        units.setdefault((how, where, overrides, tuple(names)), []).append(unit)
    return [
        {
            **_said(how, [name for name in ",".join(names).split(",") if name], [unit for unit in found if unit]),
            "Regions": list(where),
            "ParameterOverrides": json.loads(overrides),
        }
        for (how, where, overrides, names), found in units.items()
    ]


def _said(how: str, accounts: list[str], units: list[str]) -> dict[str, Any]:
    if not units:
        return {"Accounts": accounts}
    filtered = {"Accounts": accounts, "AccountFilterType": how} if accounts else {}
    return {"DeploymentTargets": {"OrganizationalUnitIds": units, **filtered}}
