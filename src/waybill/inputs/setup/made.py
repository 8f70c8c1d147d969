"""What is made has a name of its own: stacks, roles, users, aliases of keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from waybill.domain.setup.stacks.wanted import stack_name
from waybill.inputs.file.loose import at, child, children, text
from waybill.inputs.file.places import Place, Places
from waybill.inputs.setup.cross import REGIONAL, tell


def check_made(file: Mapping[str, Any], places: Places) -> None:
    """No two things of the file would be made by one name."""
    _check_stacks(file, places)
    _check_deploy_roles(file, places)
    _check_users(file, places)
    _check_groups(file, places)
    _check_aliases(file, places)


def _check_stacks(file: Mapping[str, Any], places: Places) -> None:
    """A stack's name has letters, digits and hyphens only, and IAM takes `a` and `A` for the same."""
    for part in REGIONAL:
        seen: dict[str, str] = {}
        for name, _ in children(file, part):
            stack = stack_name("", part, name).lower()
            if (other := seen.setdefault(stack, name)) != name:
                rule = f"would have a stack of the same name as {other}: letters, digits and - alone must differ."
                tell(places, (part, name), rule, "", value="")


def _check_deploy_roles(file: Mapping[str, Any], places: Places) -> None:
    """Each pipeline makes its role, and one account's pipelines only may use a production's keys."""
    roles: dict[tuple[str, str], str] = {}
    sources: dict[str, str] = {}
    for name, body in children(file, "pipelines"):
        place: Place = ("pipelines", name)
        production, role = text(body, "production"), text(body, "deploy-role") or "prods3role"
        account = text(body, "account")
        if (other := roles.setdefault((production, role.lower()), name)) != name:
            rule = f"is made for {other} already; each pipeline has a role of its own in {production}."
            tell(places, (*place, "deploy-role"), rule, f"prods3role-{name}"[:64], value=role)
        if (other := sources.setdefault(production, account)) != account:
            rule = f"{production} takes from {other} already: the pipelines into one account are in one account."
            tell(places, (*place, "account"), rule, other)


def _check_aliases(file: Mapping[str, Any], places: Places) -> None:
    """A pipeline's keys have an alias of its own name, and those of the artifact buckets one of their prefix."""
    prefix = text(child(file, "prefixes"), "bucket") or "waybill-staging"
    if prefix in child(file, "pipelines"):
        rule = "is `prefixes.bucket`, too, which names the artifact buckets' keys: one of the two must be another."
        tell(places, ("pipelines", prefix), rule, "", value="")


def _check_users(file: Mapping[str, Any], places: Places) -> None:
    users: dict[tuple[str, str], str] = {}
    for name, body in children(file, "clients"):
        for place, user in at(body, ("clients", name), "users"):
            if (other := users.setdefault((text(body, "account"), user.lower()), name)) != name:
                tell(places, place, f"is a user of {other} already; clients share none.", "")


def _check_groups(file: Mapping[str, Any], places: Places) -> None:
    """A client has a group of its own name."""
    clients = {(text(body, "account"), name.lower()) for name, body in children(file, "clients")}
    for account, body in children(file, "accounts"):
        seen: set[str] = set()
        for key, group in children(body, "groups"):
            name = (text(group, "name") or key).lower()
            if name in seen or (account, name) in clients:
                place: Place = ("accounts", account, "groups", key, "name")
                tell(places, place, "is the name of another group of this account.", f"acme-{key}", value=name)
            seen.add(name)
