"""Whom and what grants name that is not there: users, roles, pipelines, GitHub's identity provider.

Missing domains, repositories, buckets and roles of `through` are errors of their own: their policies are read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from waybill.commands.access.looking import ends_the_run
from waybill.commands.access.scene import Scene
from waybill.commands.together import in_words
from waybill.commands.tools import Tools, everywhere
from waybill.domain.access.grants import Access, AccountWho, Grant, IdentityWho, Pipeline, RepositoryWho
from waybill.domain.access.holders import Holder, HolderKind
from waybill.domain.access.meaning import principals
from waybill.domain.access.refs import Ref
from waybill.domain.access.trust import ISSUER
from waybill.domain.access.wanted import WantedStatement
from waybill.domain.arns import partition_of
from waybill.domain.iam.documents import Kind
from waybill.errors import Fault, InputError, WaybillError
from waybill.ports.account import Account

CHECKED = frozenset({Kind.BUCKET, Kind.KEY, Kind.TRUST})
"""Documents that AWS refuses where they name a user or a role that does not exist.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that may not be there. `what` names it in a sentence; `region` is empty of IAM's."""

    account: str
    kind: str
    name: str
    what: str
    region: str = ""


@dataclass(frozen=True, slots=True)
class Presence:
    """What a plan says of it: `warnings` of what is not there, `notes` of what nobody looked at."""

    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def check_presence(access: Access, scene: Scene, tools: Tools) -> Presence:
    """Look for all that grants name. Raises `InputError` where AWS would refuse the policy that names it."""
    named: dict[Asked, list[str]] = {}
    for grant in access.grants:
        for asked in _asked(grant, access):
            named.setdefault(asked, []).append(grant.name)
    notes = list(_strangers(access))
    looked = [asked for asked in named if asked.account in scene.accounts]
    for asked in [one for one in named if one not in looked]:
        why = f"the account {asked.account} cannot be entered."
        notes.append(f"Whether {asked.what} is there ({_grants(named[asked])}) is not known: {why}")

    def one(asked: Asked) -> str:
        tools.cancellation.check()
        return _LOOKS[asked.kind](scene.accounts[asked.account], asked)

    found, errors = everywhere(one, looked)
    _raise_worse(errors)
    for asked, error in errors.items():
        notes.append(f"Whether {asked.what} is there ({_grants(named[asked])}) is not known: {in_words(error)}")
    gone = {asked: said for asked, said in found.items() if said}
    refused = [_fault(asked, named[asked]) for asked in gone if _is_named(asked, scene.wanted)]
    if refused:
        raise InputError(refused, "Make them first, or correct the file. Nothing was changed.")
    warnings = tuple(f"{_grants(named[asked])}: {said}" for asked, said in gone.items())
    return Presence(warnings=warnings, notes=tuple(notes))


def _asked(grant: Grant, access: Access) -> Iterator[Asked]:
    names, who, what = access.names, grant.who, grant.what
    if isinstance(who, IdentityWho) and who.account in names:
        kind = who.arn.split(":", 5)[5].partition("/")[0]
        yield Asked(names[who.account], kind, who.arn, f"the {kind} {who.arn}")
    if isinstance(who, RepositoryWho) and grant.through is not None:
        owner = grant.through.account
        arn = f"arn:{partition_of(access.estate.home)}:iam::{owner}:oidc-provider/{ISSUER}"
        yield Asked(names[owner], "provider", arn, f"the identity provider {ISSUER} of {names[owner]}")
    if isinstance(what, Pipeline):
        place = f"{what.account.name}/{what.region}"
        yield Asked(what.account.name, "pipeline", what.name, f"the pipeline {what.name} of {place}", what.region)


def _strangers(access: Access) -> Iterator[str]:
    for grant in access.grants:
        number = grant.who.id if isinstance(grant.who, AccountWho) else ""
        number = grant.who.account if isinstance(grant.who, IdentityWho) else number
        if number and number not in access.names:
            yield f"{_grants([grant.name])}: {number} is not an account of this file, and nobody looks into it."


def _holder(account: Account, asked: Asked) -> str:
    """Return what is said of a user or a role that is not there; empty where it is."""
    holder = Holder(HolderKind(asked.kind), asked.name.rpartition("/")[2])
    held = account.identity_policies().held(holder)
    if held is not None and held.arn == asked.name:
        return ""
    beside = f" There is {held.arn}." if held is not None else ""
    return f"{asked.what} does not exist, so that nobody can use this.{beside}"


def _provider(account: Account, asked: Asked) -> str:
    if account.identities().provider(asked.name) is not None:
        return ""
    return f"{asked.what} does not exist, so that no workflow can take the role. `waybill setup` makes one."


def _pipeline(account: Account, asked: Asked) -> str:
    if asked.name in account.examination(asked.region).pipelines():
        return ""
    return f"{asked.what} does not exist, so that nobody can use this."


_LOOKS: Mapping[str, Callable[[Account, Asked], str]] = {
    "user": _holder,
    "role": _holder,
    "provider": _provider,
    "pipeline": _pipeline,
}


def _is_named(asked: Asked, wanted: Mapping[Ref, list[WantedStatement]]) -> bool:
    """Whether a document of those that AWS checks would name it as a Principal."""
    every = (one for several in wanted.values() for one in several if one.ref.kind in CHECKED)
    return any(("AWS", asked.name) in principals(one.body.get("Principal", {})) for one in every)


def _fault(asked: Asked, grants: list[str]) -> Fault:
    rule = "does not exist, and AWS takes no policy of a bucket, a key or a role that names it (Invalid principal)."
    return Fault(f"grants.{grants[0]}.who", asked.name, rule)


def _raise_worse(errors: Mapping[Asked, WaybillError]) -> None:
    for error in errors.values():
        if ends_the_run(error):
            raise error


def _grants(names: list[str]) -> str:
    return f"grant{'' if len(names) == 1 else 's'} {', '.join(dict.fromkeys(names))}"
