"""The rules of CodeArtifact's part: what one stack a repository can say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from waybill.domain.setup.stacks.packages import store
from waybill.domain.setup.stacks.wanted import stack_name
from waybill.inputs.file.loose import at, child, children, text
from waybill.inputs.file.places import Place, Places
from waybill.inputs.file.shape import meant
from waybill.inputs.setup.cross import tell


def check_packages(file: Mapping[str, Any], places: Places) -> None:
    """Repositories and grants of every domain."""
    for name, body in children(file, "codeartifact"):
        _check_repositories(body, ("codeartifact", name), places)
        for place, grant in _grants(body, ("codeartifact", name)):
            _check_grant(file, body, grant, place, places)
        _check_publishing(body, ("codeartifact", name), places)


def _check_repositories(body: Mapping[str, Any], domain: Place, places: Places) -> None:
    names = list(child(body, "repositories"))
    between: set[str] = set()
    stacks: dict[str, str] = {}
    for number, (name, inner) in enumerate(children(body, "repositories")):
        place: Place = (*domain, "repositories", name)
        for where, upstream in at(inner, place, "upstreams"):
            if upstream in names[number:]:
                tell(places, where, "must stand above the repository that gets packages from it.", "")
        between |= {store(public) for _, public in at(inner, place, "public")}
        if (other := stacks.setdefault(stack_name("", name).lower(), name)) != name:
            rule = f"would have a stack of the same name as {other}: letters, digits and - alone must differ."
            tell(places, place, rule, "", value="")
    for name in between.intersection(names):
        tell(places, (*domain, "repositories", name), "is the name of one that is made between, too.", "", value="")


def _check_grant(
    file: Mapping[str, Any], body: Mapping[str, Any], grant: Mapping[str, Any], place: Place, places: Places
) -> None:
    accounts = child(file, "accounts")
    account, may = text(grant, "account"), text(grant, "may")
    if account and account not in accounts and not places.told(("accounts",)):
        rule = f"is not an account of this file.{meant(account, accounts)}"
        tell(places, (*place, "account"), rule, next(iter(accounts), ""))
    if bool(account) == bool(text(grant, "organisation")):
        tell(places, place, "must have an `account`, or an `organisation`.", "{account: production, may: read}")
    if may != "read" and "organisation" in grant:
        tell(places, (*place, "organisation"), "may read, and no more.", "read")
    if account and account == text(body, "account") and may != "publish":
        tell(places, (*place, "account"), "is the domain's own account, whose own policies say who may.", "")
    known = child(body, "repositories")
    for where, name in at(grant, place, "repositories"):
        if name not in known:
            tell(places, where, f"is no repository of this domain.{meant(name, known)}", "")
    unfit = {"read": ("arns", "packages"), "administer": ("packages", "repositories")}.get(may, ())
    for key in unfit:
        if key in grant:
            tell(places, (*place, key), f"does not go with `may: {may}`.", "", value="")
    number = text(child(accounts, account), "id")
    for where, arn in at(grant, place, "arns"):
        if number and f":{number}:" not in arn:
            tell(places, where, f"is of another account than {account}, {number}.", "")


def _check_publishing(body: Mapping[str, Any], domain: Place, places: Places) -> None:
    """A repository's publishers publish the same packages, and all of them are named, or none is."""
    for may in ("publish", "administer"):
        grants = [(place, grant) for place, grant in _grants(body, domain) if grant.get("may") == may]
        named = {bool(grant.get("arns")) for _, grant in grants}
        packages = {text(grant, "packages") or "*" for _, grant in grants}
        if len(named) > 1:
            rule = f"all grants to {may} need `arns`, or none: the policy has one list of them."
            tell(places, next(place for place, grant in grants if not grant.get("arns")), rule, "", value="")
        if len(packages) > 1:
            tell(places, grants[-1][0], "all grants to publish must have the same `packages`.", "", value="")
    organisations_named = {text(grant, "organisation") for _, grant in _grants(body, domain)} - {""}
    if len(organisations_named) > 1:
        tell(places, (*domain, "grants"), "name more than one organisation, and may name one.", "", value="")


def _grants(body: Mapping[str, Any], domain: Place) -> Iterator[tuple[Place, dict[str, Any]]]:
    grants = body.get("grants")
    if isinstance(grants, list):
        for number, grant in enumerate(grants):
            if isinstance(grant, dict):
                yield (*domain, "grants", number), grant
