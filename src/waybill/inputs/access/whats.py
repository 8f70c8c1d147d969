"""What goes with what: which words there are for packages, staged artifacts and pipelines, and for whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from waybill.domain.access import packages
from waybill.domain.arns import RoleArn
from waybill.domain.setup.estate import Estate, Member
from waybill.inputs.file.loose import child, text
from waybill.inputs.file.places import Place, Places
from waybill.inputs.setup.cross import tell

STAGED_WORDS = frozenset({"read", "download", "stage", "promote"})
PIPELINE_WORDS = frozenset({"read", "deploy", "administer"})


def check_grant(body: Mapping[str, Any], place: Place, places: Places, estate: Estate | None) -> None:
    """Tell `places` of what does not go together in one grant."""
    what = child(body, "what")
    if "domain" in what:
        _check_words(body, place, places, frozenset(one.value for one in packages.WORDS), "packages")
        _check_package(body, what, place, places)
    elif "pipeline" in what:
        _check_words(body, place, places, PIPELINE_WORDS, "pipelines")
        if "through" not in body:
            rule = "is missing: CodePipeline has no policies; name a role of the pipeline's account that may use it."
            tell(places, (*place, "through"), rule, "arn:aws:iam::111111111111:role/waybill-deploy", value="")
    elif {"project", "prefix"} & what.keys():
        _check_words(body, place, places, STAGED_WORDS, "staged artifacts")
    member = _account(what, estate)
    if member is not None:
        _check_own(body, member, place, places)
    _check_through(body, member, place, places, estate)


def _words(body: Mapping[str, Any]) -> list[str]:
    may = body.get("may")
    return (
        [may] if isinstance(may, str) else [one for one in may if isinstance(one, str)] if isinstance(may, list) else []
    )


def _check_words(body: Mapping[str, Any], place: Place, places: Places, known: frozenset[str], of: str) -> None:
    for word in _words(body):
        if word not in known:
            rule = f"{word} is no word for {of}: these have {', '.join(f'`{one}`' for one in sorted(known))}."
            tell(places, (*place, "may"), rule, "", value="")


def _check_package(body: Mapping[str, Any], what: Mapping[str, Any], place: Place, places: Places) -> None:
    pattern = text(what, "package")
    if not pattern or places.wrong((*place, "what", "package")):
        return
    where: Place = (*place, "what", "package")
    kind, *rest = pattern.split("/")
    if kind in packages.FORMATS_WITHOUT_NAMESPACE and rest and rest[0]:
        fixed = f"{kind}//{rest[1] if len(rest) > 1 else rest[0]}"
        tell(places, where, f"{kind} has no namespaces: two slashes come before the name.", fixed)
    if kind in packages.FORMATS_WITH_NAMESPACE and len(rest) > 1 and not rest[0]:
        tell(places, where, f"packages of {kind} have a namespace always: name it, or *.", f"{kind}/*/{rest[1]}")
    for word in _words(body):
        if word == "administer":
            tell(
                places,
                (*place, "may"),
                "administer is of a whole repository or domain: take `package` out.",
                "",
                value="",
            )
        if word in {"read", "download"} and kind != "generic":
            rule = (
                f"{word} is of a whole repository: CodeArtifact lets nobody fetch some packages of it only. "
                "Take `package` out; generic packages alone are fetched one by one."
            )
            tell(places, (*place, "may"), rule, "", value="")


def _account(what: Mapping[str, Any], estate: Estate | None) -> Member | None:
    if estate is None:
        return None
    name = text(what, "account")
    if not name:
        return estate.accounts[0] if len(estate.accounts) == 1 else None
    return next((one for one in estate.accounts if one.name == name), None)


def _check_own(body: Mapping[str, Any], member: Member, place: Place, places: Places) -> None:
    """An account's own policies say who of it may: a resource's policy that names the account itself adds nothing."""
    who = child(body, "who")
    if "through" not in body and text(who, "account") in {member.name, member.id}:
        rule = "is the account that it is in, whose own policies say who may: name a role or a user of it."
        tell(places, (*place, "who", "account"), rule, "")


def _check_through(
    body: Mapping[str, Any], member: Member | None, place: Place, places: Places, estate: Estate | None
) -> None:
    try:
        role = RoleArn.parse(text(body, "through"))
    except ValueError:
        return
    if estate and role.account not in {one.id for one in estate.accounts}:
        rule = f"is a role of {role.account}, which is no account of this file: its trust policy could not be written."
        tell(places, (*place, "through"), rule, "")
    if "pipeline" in child(body, "what") and member and role.account != member.id:
        rule = f"is a role of {role.account}, and the pipeline is in {member.id}."
        tell(places, (*place, "through"), rule, "")
