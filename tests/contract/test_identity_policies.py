"""Who has which policies, in the fake and in the sandbox, through Waybill's own adapter."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest

from contract.pipeline_places import SandboxPlace
from fakes.aws import DEVELOPMENT, REGIONS, FakeAws, bucket_name
from fakes.identity_policies import HolderState
from waybill.domain.access.holders import Holder, HolderKind
from waybill.ports.account import Account
from waybill.ports.documents import IdentityPolicies

USER, ROLE, GROUP = HolderKind
PATH = "/team/"


def policy(action: str) -> str:
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, separators=(",", ":"))


def arn_of(kind: str, name: str) -> str:
    return f"arn:aws:iam::{DEVELOPMENT}:{kind}{PATH}{name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody has: its own policies, ARNs of others, of its boundary, tags; and the groups of a user."""

    policies: dict[str, str] = field(default_factory=dict)
    attached: list[str] = field(default_factory=list)
    boundary: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    groups: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Place:
    """Development's account, and what makes somebody in it, or a managed policy of two versions, by its ARN."""

    account: Account
    make: Callable[[Holder, Wanted], object]
    managed: Callable[[str, str], str]

    @property
    def iam(self) -> IdentityPolicies:
        return self.account.identity_policies()


def in_the_fake() -> Place:
    world = FakeAws.prepared()

    def make(holder: Holder, wanted: Wanted) -> None:
        world.holders[DEVELOPMENT][holder] = HolderState(
            arn=arn_of(holder.kind.value, holder.name),
            policies=wanted.policies,
            attached=wanted.attached,
            groups=wanted.groups,
            boundary=wanted.boundary,
            tags=wanted.tags,
        )

    def managed(before: str, now: str) -> str:
        arn = arn_of("policy", name())
        world.managed_policies[arn] = now
        return arn

    return Place(world.account(DEVELOPMENT), make, managed)


class InTheSandbox:
    """Makes people with the SDK."""

    def __init__(self, place: SandboxPlace) -> None:
        self._iam = place.client("iam")

    def make(self, holder: Holder, wanted: Wanted) -> None:
        kind = holder.kind.value
        named: dict[str, Any] = {f"{kind.title()}Name": holder.name}
        made = {**named, "Path": PATH}
        if holder.kind is ROLE:
            trust = {"Effect": "Allow", "Principal": {"AWS": DEVELOPMENT}, "Action": "sts:AssumeRole"}
            made["AssumeRolePolicyDocument"] = json.dumps({"Version": "2012-10-17", "Statement": trust})
        if wanted.boundary:
            made["PermissionsBoundary"] = wanted.boundary
        if wanted.tags:
            made["Tags"] = [{"Key": key, "Value": value} for key, value in wanted.tags.items()]
        self._call(f"create_{kind}", made)
        for policy_name, text in wanted.policies.items():
            self._call(f"put_{kind}_policy", {**named, "PolicyName": policy_name, "PolicyDocument": text})
        for arn in wanted.attached:
            self._call(f"attach_{kind}_policy", {**named, "PolicyArn": arn})
        for group in wanted.groups:
            self._call("add_user_to_group", {**named, "GroupName": group})

    def managed(self, before: str, now: str) -> str:
        made = self._call("create_policy", {"PolicyName": name(), "Path": PATH, "PolicyDocument": before})
        arn = str(made["Policy"]["Arn"])
        self._call("create_policy_version", {"PolicyArn": arn, "PolicyDocument": now, "SetAsDefault": True})
        return arn

    def _call(self, method: str, given: dict[str, Any]) -> Any:
        return getattr(self._iam, method)(**given)


def name() -> str:
    return f"contract-{uuid4().hex[:12]}"


@pytest.fixture(params=["fake", pytest.param("sandbox", marks=pytest.mark.engine)])
def place(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Place:
    if request.param == "fake":
        return in_the_fake()
    found: SandboxPlace = request.getfixturevalue("pipelines_sandbox")
    for variable, value in found.environment.items():
        monkeypatch.setenv(variable, value)
    hands = InTheSandbox(found)
    return Place(found.account, hands.make, hands.managed)


@pytest.mark.parametrize("kind", [USER, ROLE, GROUP])
def test_whoever_has_policies_has_them_here(place: Place, kind: HolderKind) -> None:
    shared = place.managed(policy("s3:Get*"), policy("s3:*"))
    holder = Holder(kind, name())
    place.make(holder, Wanted(policies={"one": policy("iam:*"), "two": policy("kms:*")}, attached=[shared]))
    assert sorted(place.iam.inline(holder)) == ["one", "two"]
    assert json.loads(place.iam.inline_policy(holder, "two") or "") == json.loads(policy("kms:*"))
    assert list(place.iam.attached(holder)) == [shared]
    assert json.loads(place.iam.managed_policy(shared) or "") == json.loads(policy("s3:*"))


@pytest.mark.parametrize("kind", [USER, ROLE])
def test_a_user_and_a_role_have_a_path_a_boundary_and_tags(place: Place, kind: HolderKind) -> None:
    limit = place.managed(policy("s3:Get*"), policy("s3:*"))
    holder, bare = Holder(kind, name()), Holder(kind, name())
    place.make(holder, Wanted(boundary=limit, tags={"team": "ui"}))
    place.make(bare, Wanted())
    found = place.iam.held(holder)
    assert found is not None
    assert (found.arn, found.boundary, dict(found.tags)) == (arn_of(kind.value, holder.name), limit, {"team": "ui"})
    plain = place.iam.held(bare)
    assert plain is not None
    assert (plain.boundary, dict(plain.tags)) == ("", {})


def test_a_user_is_in_groups(place: Place) -> None:
    groups = [Holder(GROUP, name()) for _ in range(2)]
    for group in groups:
        place.make(group, Wanted())
    user = Holder(USER, name())
    place.make(user, Wanted(groups=[group.name for group in groups]))
    assert sorted(place.iam.groups(user.name)) == sorted(group.name for group in groups)


@pytest.mark.parametrize("kind", [USER, ROLE])
def test_who_is_not_there_has_nothing(place: Place, kind: HolderKind) -> None:
    nobody = Holder(kind, name())
    assert place.iam.held(nobody) is None
    assert place.iam.inline_policy(nobody, "one") is None
    assert [*place.iam.inline(nobody), *place.iam.attached(nobody), *place.iam.groups(nobody.name)] == []
    assert place.iam.managed_policy(arn_of("policy", name())) is None


def test_an_account_may_be_in_no_organisation(place: Place) -> None:
    assert place.iam.organisation() is None


def test_a_bucket_is_known_where_it_is_its_accounts_own(place: Place) -> None:
    here = place.account.whereabouts(REGIONS[0])
    assert here.bucket(bucket_name(DEVELOPMENT, REGIONS[0])) in {REGIONS[0], ""}
    assert here.bucket(bucket_name("222222222222", REGIONS[0])) is None
    assert here.bucket(bucket_name(DEVELOPMENT, REGIONS[0])[:-1]) is None
