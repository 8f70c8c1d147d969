"""The rules between parts of the file: accounts that are spoken of, and what goes with what.

As with `waybill.yaml`, every rule takes the file with other faults in it, and is silent on what is wrong already.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from waybill.domain.access.wanted import camel
from waybill.domain.arns import partition_of
from waybill.domain.checks import region_faults
from waybill.domain.setup.estate import Estate
from waybill.inputs.access import whats
from waybill.inputs.file.loose import child, children, items, text
from waybill.inputs.file.places import Place, Places
from waybill.inputs.file.shape import meant
from waybill.inputs.setup.cross import check_accounts, tell

KINDS_OF_WHO = ("account", "role", "user", "organisation", "repository")
KINDS_OF_WHAT = ("domain", "project", "prefix", "pipeline")


def check(file: Mapping[str, Any], places: Places, estate: Estate | None, regions: frozenset[str]) -> None:
    """Tell `places` of every fault between the file's parts. `estate` None: the accounts are not known."""
    _check_source(file, places)
    check_accounts(file, places)
    _check_regions(file, places, regions)
    _check_sids(file, places)
    for name, body in children(file, "grants"):
        place: Place = ("grants", name)
        _check_who(body, (*place, "who"), places, estate)
        _check_what(body, (*place, "what"), places, estate)
        whats.check_grant(body, place, places, estate)


def _check_source(file: Mapping[str, Any], places: Places) -> None:
    if "config" in file:
        if "accounts" in file:
            tell(places, ("accounts",), "are those of `config`: take one of the two out.", "", value="")
        return
    for key in ("accounts", "regions"):
        if key not in file and not places.told((key,)):
            example = "[us-east-1]" if key == "regions" else '{development: {id: "111111111111"}}'
            places.fault((key,), "is missing: name them here, or a `config` that has them.", value="", example=example)


def _check_regions(file: Mapping[str, Any], places: Places, known: frozenset[str]) -> None:
    named = list(items(file.get("regions"), ("regions",)))
    first = named[0][1] if named else ""
    for name, body in children(file, "grants"):
        if region := text(child(body, "what"), "region"):
            named.append((("grants", name, "what", "region"), region))
    for place, region in named:
        for fault in region_faults([region], known):
            tell(places, place, fault.rule, "us-east-1")
        if first and region in known and partition_of(region) != partition_of(first):
            tell(places, place, f"is of another partition than {first}, where no ARN is the same.", "")


def _check_sids(file: Mapping[str, Any], places: Places) -> None:
    """What is written of a grant is named by it, in letters and digits only."""
    seen: dict[str, str] = {}
    for name in child(file, "grants"):
        if (other := seen.setdefault(camel(name).lower(), name)) != name:
            rule = f"would be named as {other} in policies: letters and digits alone must differ."
            tell(places, ("grants", name), rule, "", value="")


def _check_who(body: Mapping[str, Any], place: Place, places: Places, estate: Estate | None) -> None:
    who = child(body, "who")
    kinds = [kind for kind in KINDS_OF_WHO if kind in who]
    if who and len(kinds) != 1:
        said = "names nobody" if not kinds else f"names {' and '.join(kinds)}"
        tell(places, place, f"{said}; it has one of {', '.join(f'`{kind}`' for kind in KINDS_OF_WHO)}.", "", value="")
    account = text(who, "account")
    if isinstance(who.get("account"), str) and estate and not (account.isdigit() and len(account) == 12):
        known = [member.name for member in estate.accounts]
        if account not in known:
            rule = f"is neither an account of this file nor twelve digits.{meant(account, known)}"
            tell(places, (*place, "account"), rule, known[0])
    if "repository" in who and not {"environment", "branch", "tag"} & who.keys():
        rule = "needs an `environment`, a `branch` or a `tag`: without one, every branch of it could do this."
        tell(places, (*place, "repository"), rule, "")
    if "repository" in who and "through" not in body:
        rule = "is missing: a workflow takes a role; its ARN goes here."
        tell(places, (*place[:-1], "through"), rule, "arn:aws:iam::111111111111:role/waybill-publish", value="")
    if "external-id" in who and "through" not in body:
        tell(places, (*place, "external-id"), "is of no use without `through`.", "")


def _check_what(body: Mapping[str, Any], place: Place, places: Places, estate: Estate | None) -> None:
    what = child(body, "what")
    kinds = [kind for kind in KINDS_OF_WHAT if kind in what]
    if isinstance(body.get("what"), dict) and len(kinds) != 1:
        said = "names nothing" if not kinds else f"names {' and '.join(kinds)}"
        tell(places, place, f"{said}; it has one of {', '.join(f'`{kind}`' for kind in KINDS_OF_WHAT)}.", "", value="")
    known = [member.name for member in estate.accounts] if estate else []
    account = text(what, "account")
    if isinstance(what.get("account"), str) and estate and account not in known:
        tell(places, (*place, "account"), f"is not an account of this file.{meant(account, known)}", known[0])
    if what and "account" not in what and len(known) > 1:
        rule = f"is missing: the file has the accounts {', '.join(known)}."
        tell(places, (*place, "account"), rule, known[0], value="")
