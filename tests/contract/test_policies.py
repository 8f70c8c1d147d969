"""Policy documents of every kind, in the fake and in the sandbox, through Waybill's own adapter."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from contract.pipeline_places import SandboxPlace
from fakes.aws import DEVELOPMENT, REGIONS, FakeAws
from fakes.policies import add_document, document
from waybill.domain.access.meaning import same_document
from waybill.domain.access.refs import UNDELETABLE, Live, Ref
from waybill.domain.iam.documents import Kind
from waybill.errors import InputError
from waybill.ports.account import Account
from waybill.ports.policies import Policies, PutEnd

REGION = REGIONS[0]
ROOT = f"arn:aws:iam::{DEVELOPMENT}:root"
OWN = {"Sid": "Own", "Effect": "Allow", "Principal": {"AWS": ROOT}}
ACTIONS = {
    Kind.DOMAIN: "codeartifact:GetAuthorizationToken",
    Kind.REPOSITORY: "codeartifact:ReadFromRepository",
    Kind.BUCKET: "s3:GetObject",
    Kind.KEY: "kms:*",
    Kind.TRUST: "sts:AssumeRole",
}
REVISED = (Kind.DOMAIN, Kind.REPOSITORY)
every_kind = pytest.mark.parametrize("kind", ACTIONS)


@dataclass(frozen=True, slots=True)
class Place:
    """Development's account; what makes something that has, or may have, a policy; and somebody else who puts one."""

    account: Account
    make: Callable[[Kind], Ref]
    put: Callable[[Ref, str], object]

    @property
    def policies(self) -> Policies:
        return self.account.policies(REGION)


def ref(kind: Kind, name: str) -> Ref:
    return Ref(account="development", owner=DEVELOPMENT, region=REGION, kind=kind, name=name)


def named(kind: Kind) -> str:
    name = f"contract-{uuid4().hex[:12]}"
    return f"{name}/{name}" if kind is Kind.REPOSITORY else name


def policy(of: Ref, *sids: str) -> str:
    """Return a policy of the account itself, and of others."""
    resource = {} if of.kind is Kind.TRUST else {"Resource": f"{of.arn}/*" if of.kind is Kind.BUCKET else "*"}
    own = {**OWN, "Action": ACTIONS[of.kind], **resource}
    others = ({**own, "Sid": sid} for sid in sids)
    return json.dumps({"Version": "2012-10-17", "Statement": [own, *others]})


def in_the_fake() -> Place:
    world = FakeAws.prepared()

    def make(kind: Kind) -> Ref:
        made = ref(kind, world.add_key(REGION, DEVELOPMENT).text if kind is Kind.KEY else named(kind))
        if kind is Kind.REPOSITORY:
            add_document(world, ref(Kind.DOMAIN, made.name.partition("/")[0]))
        add_document(world, made, policy(made) if kind in UNDELETABLE else None)
        return made

    return Place(world.account(DEVELOPMENT), make, lambda of, text: document(world, of).put(text))


class InTheSandbox:
    """Makes things with the SDK, and puts policies as somebody else would."""

    def __init__(self, place: SandboxPlace) -> None:
        self._client = place.client

    def make(self, kind: Kind) -> Ref:
        name = named(kind)
        match kind:
            case Kind.DOMAIN | Kind.REPOSITORY:
                packages = self._client("codeartifact")
                domain, _, repository = name.partition("/")
                packages.create_domain(domain=domain)
                if repository:
                    packages.create_repository(domain=domain, repository=repository)
            case Kind.BUCKET:
                self._client("s3").create_bucket(Bucket=name)
            case Kind.KEY:
                own = policy(ref(kind, "key"))
                name = self._client("kms").create_key(Policy=own)["KeyMetadata"]["Arn"]
            case _:
                made = {"RoleName": name, "AssumeRolePolicyDocument": policy(ref(kind, name)), "Path": "/waybill/"}
                self._client("iam").create_role(**made)
                name = f"waybill/{name}"
        return ref(kind, name)

    def put(self, of: Ref, text: str) -> object:
        match of.kind:
            case Kind.DOMAIN:
                put = self._client("codeartifact").put_domain_permissions_policy
                return put(domain=of.name, policyDocument=text)
            case Kind.REPOSITORY:
                domain, _, repository = of.name.partition("/")
                put = self._client("codeartifact").put_repository_permissions_policy
                return put(domain=domain, repository=repository, policyDocument=text)
            case Kind.BUCKET:
                return self._client("s3").put_bucket_policy(Bucket=of.name, Policy=text)
            case Kind.KEY:
                return self._client("kms").put_key_policy(KeyId=of.name, PolicyName="default", Policy=text)
            case _:
                role = of.name.rpartition("/")[2]
                return self._client("iam").update_assume_role_policy(RoleName=role, PolicyDocument=text)


@pytest.fixture(params=["fake", pytest.param("sandbox", marks=pytest.mark.engine)])
def place(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Place:
    if request.param == "fake":
        return in_the_fake()
    found: SandboxPlace = request.getfixturevalue("pipelines_sandbox")
    for name, value in found.environment.items():
        monkeypatch.setenv(name, value)
    hands = InTheSandbox(found)
    return Place(found.account, hands.make, hands.put)


def read(place: Place, of: Ref) -> Live:
    found = place.policies.read(of)
    assert found is not None
    return found


@every_kind
def test_what_was_put_is_read(place: Place, kind: Kind) -> None:
    made = place.make(kind)
    before = place.policies.read(made)
    assert (before is None) == (kind not in UNDELETABLE)
    text = policy(made, "More")
    written = place.policies.put(made, text, before=before)
    assert written.end is PutEnd.DONE
    found = read(place, made)
    assert same_document(found.text, text)
    assert found.revision == written.revision
    assert (found.revision is not None) == (kind in REVISED)


@every_kind
def test_a_put_over_what_was_looked_at_is_done(place: Place, kind: Kind) -> None:
    made = place.make(kind)
    place.put(made, policy(made, "First"))
    before = read(place, made)
    assert place.policies.put(made, policy(made, "Second"), before=before).end is PutEnd.DONE
    assert same_document(read(place, made).text, policy(made, "Second"))


@every_kind
def test_somebody_elses_newer_document_is_not_overwritten(place: Place, kind: Kind) -> None:
    made = place.make(kind)
    place.put(made, policy(made, "First"))
    before = read(place, made)
    place.put(made, policy(made, "Newer"))
    assert place.policies.put(made, policy(made, "Ours"), before=before).end is PutEnd.STALE
    assert same_document(read(place, made).text, policy(made, "Newer"))


@every_kind
def test_a_document_that_somebody_put_first_is_not_overwritten(place: Place, kind: Kind) -> None:
    made = place.make(kind)
    place.put(made, policy(made, "Newer"))
    assert place.policies.put(made, policy(made, "Ours"), before=None).end is PutEnd.STALE


@every_kind
def test_a_put_that_is_tried_again_finds_its_own_document(place: Place, kind: Kind) -> None:
    """Its answer was lost the first time."""
    made = place.make(kind)
    place.put(made, policy(made, "First"))
    before = read(place, made)
    text = policy(made, "Ours")
    assert place.policies.put(made, text, before=before).end is PutEnd.DONE
    again = place.policies.put(made, text, before=before)
    assert (again.end, again.revision) == (PutEnd.DONE, read(place, made).revision)


@pytest.mark.parametrize("kind", [one for one in ACTIONS if one not in UNDELETABLE])
class TestDeleting:
    def test_what_was_looked_at_is_deleted(self, place: Place, kind: Kind) -> None:
        made = place.make(kind)
        place.put(made, policy(made))
        assert place.policies.delete(made, before=read(place, made)) is PutEnd.DONE
        assert place.policies.read(made) is None

    def test_a_newer_document_is_not_deleted(self, place: Place, kind: Kind) -> None:
        made = place.make(kind)
        place.put(made, policy(made))
        before = read(place, made)
        place.put(made, policy(made, "Newer"))
        assert place.policies.delete(made, before=before) is PutEnd.STALE
        assert same_document(read(place, made).text, policy(made, "Newer"))

    def test_one_that_is_gone_is_no_fault(self, place: Place, kind: Kind) -> None:
        made = place.make(kind)
        place.put(made, policy(made))
        before = read(place, made)
        assert place.policies.delete(made, before=before) is PutEnd.DONE
        assert place.policies.delete(made, before=before) is PutEnd.DONE


@pytest.mark.parametrize("kind", [Kind.DOMAIN, Kind.REPOSITORY, Kind.KEY, Kind.TRUST])
def test_what_is_not_there_has_no_policy_to_be_read(place: Place, kind: Kind) -> None:
    arn = f"arn:aws:kms:{REGION}:{DEVELOPMENT}:key/99999999-0000-4000-8000-000000000000"
    nowhere = ref(kind, arn if kind is Kind.KEY else named(kind))
    with pytest.raises(InputError, match=f"of the account development \\({DEVELOPMENT}\\)"):
        place.policies.read(nowhere)


def test_every_domain_and_repository_is_found(place: Place) -> None:
    repository = place.make(Kind.REPOSITORY)
    domain = place.make(Kind.DOMAIN)
    found = {(one.kind, one.name, one.owner, one.account) for one in place.policies.package_documents()}
    for one in (repository, domain, ref(Kind.DOMAIN, repository.name.partition("/")[0])):
        assert (one.kind, one.name, DEVELOPMENT, "") in found


def test_the_trust_policies_of_all_roles_are_found(place: Place) -> None:
    role = place.make(Kind.TRUST)
    found: Any = {one.name: live for one, live in place.policies.role_documents().items()}
    assert same_document(found[role.name].text, policy(role))
