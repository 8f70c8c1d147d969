"""What doctor looks at, in the fake and in two engines, through Waybill's own adapters. Nothing is ever written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from contract.examined_places import (
    REGION,
    EngineExaminedPlace,
    ExaminedPlace,
    FakeExaminedPlace,
    alias,
    in_ministack,
    in_the_sandbox,
    new,
    trusting,
)
from contract.laxness import LAX
from engines.ministack import binary, document
from fakes.aws import DEVELOPMENT, bucket_name
from waybill.domain.access.meaning import same_document
from waybill.domain.arns import KeyArn
from waybill.domain.doctor.facts import History, Parameter, Said
from waybill.errors import AccessDenied
from waybill.ports.examination import Examination, Identities

AUDIENCE = "sts.amazonaws.com"
OWN = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{DEVELOPMENT}:root"}, "Action": "kms:*", "Resource": "*"}


@pytest.fixture(scope="module")
def ministack_account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineExaminedPlace]:
    if binary() is None:
        pytest.skip("ministack is not installed: `make test` installs it, or WAYBILL_TEST_MINISTACK names it")
    with in_ministack(tmp_path_factory.mktemp("ministack")) as found:
        yield found


@pytest.fixture(
    params=[
        "fake",
        pytest.param("moto", marks=pytest.mark.engine),
        pytest.param("ministack", marks=pytest.mark.engine),
    ]
)
def place(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> ExaminedPlace:
    for mark in request.node.iter_markers("lax"):
        for name in mark.args:
            if name in LAX[request.param]:
                request.applymarker(pytest.mark.xfail(strict=True, reason=LAX[request.param][name]))
    found: ExaminedPlace
    match request.param:
        case "fake":
            found = FakeExaminedPlace()
        case "moto":
            found = in_the_sandbox(request.getfixturevalue("pipelines_sandbox"))
        case _:
            found = request.getfixturevalue("ministack_account")
    for name, value in found.environment.items():
        monkeypatch.setenv(name, value)
    return found


@pytest.fixture
def examination(place: ExaminedPlace) -> Examination:
    return place.account.examination(REGION)


@pytest.fixture
def identities(place: ExaminedPlace) -> Identities:
    return place.account.identities()


def test_the_time_is_a_utc_moment(examination: Examination) -> None:
    told = examination.time()
    assert told.endswith("Z")
    assert datetime.fromisoformat(told).tzinfo is not None


def test_a_parameter_is_what_was_put_last_and_how_often(place: ExaminedPlace, examination: Examination) -> None:
    name = f"/{new('channel')}/latest"
    assert examination.parameter(name) is None
    place.put(name, "1.0.0", "1.1.0")
    assert examination.parameter(name) == Parameter(value="1.1.0", version=2)


def test_what_lies_below_a_path_is_found_at_every_depth_over_pages(
    place: ExaminedPlace, examination: Examination
) -> None:
    path = f"/{new('project')}"
    names = [f"{path}/site/channel-{number:02}" for number in range(12)]
    for name in names:
        place.put(name, "1.0.0")
    place.put(f"{path}-beside/site/latest", "1.0.0")
    assert examination.below(path) == {name: Parameter(value="1.0.0", version=1) for name in names}
    assert examination.below(f"/{new('nothing')}") == {}


def test_a_history_has_every_version_that_is_kept_and_the_oldest_one_s_labels(
    place: ExaminedPlace, examination: Examination
) -> None:
    name = f"/{new('channel')}/latest"
    assert examination.history(name) is None
    place.put(name, *(f"1.0.{number}" for number in range(51)))
    assert examination.history(name) == History(versions=51, oldest=1)
    place.label(name, "keep")
    assert examination.history(name) == History(versions=51, oldest=1, labels=("keep",))


@pytest.mark.lax("history-of-100")
def test_a_history_is_of_a_hundred_versions(place: ExaminedPlace, examination: Examination) -> None:
    name = f"/{new('channel')}/latest"
    place.put(name, *(f"1.0.{number}" for number in range(101)))
    assert examination.history(name) == History(versions=100, oldest=2)


def test_a_key_is_found_by_its_arn_and_by_an_alias(place: ExaminedPlace, examination: Examination) -> None:
    made = place.key(document(OWN))
    for named in (made, alias(made)):
        found = examination.key(named)
        assert found is not None
        assert (found.arn, found.state, found.customers, found.usage) == (made, "Enabled", True, "ENCRYPT_DECRYPT")
    place.disable(made)
    found = examination.key(made)
    assert found is not None
    assert found.state == "Disabled"
    nowhere = KeyArn.parse(f"{made.text.rpartition('/')[0]}/99999999-0000-4000-8000-000000000000")
    assert examination.key(nowhere) is None


def test_a_key_s_policy_is_what_was_put(place: ExaminedPlace, examination: Examination) -> None:
    made = place.key(document(OWN))
    assert same_document(examination.key_policy(made), document(OWN))


def test_trying_a_key_makes_nothing_and_a_denial_is_a_refusal(place: ExaminedPlace, examination: Examination) -> None:
    made = place.key(document(OWN))
    examination.try_key(made)
    place.refuse(made)
    with pytest.raises(AccessDenied):
        examination.try_key(made)


def test_the_account_s_own_buckets_are_named_and_nobody_else_s(place: ExaminedPlace, examination: Examination) -> None:
    made = place.bucket()
    found = examination.own_buckets()
    assert {made, bucket_name(DEVELOPMENT, "eu-west-1")} <= found
    assert bucket_name("222222222222", REGION) not in found


def test_pipelines_are_named(place: ExaminedPlace, examination: Examination, request: pytest.FixtureRequest) -> None:
    if "ministack" in request.node.callspec.id:
        pytest.skip("ministack has no CodePipeline")
    made = place.pipeline()
    assert made in examination.pipelines()


def test_a_role_is_found_by_its_name_with_its_path_and_trust(place: ExaminedPlace, identities: Identities) -> None:
    name = new("role")
    assert identities.role(name) is None
    arn = place.role(name, trusting(), 7200)
    found = identities.role(name)
    assert found is not None
    assert (found.arn, found.longest, found.name) == (arn, 7200, name)
    assert same_document(found.trust, trusting())
    assert arn in {one.arn for one in identities.roles()}


def test_a_provider_tells_its_audiences(place: ExaminedPlace, identities: Identities) -> None:
    arn = place.provider(AUDIENCE)
    assert list(identities.provider(arn) or ()) == [AUDIENCE]
    assert identities.provider(f"{arn}.example.com") is None


def test_a_simulation_tells_what_is_allowed_from_what_nothing_allows(
    place: ExaminedPlace, identities: Identities
) -> None:
    principal, resource = place.principal(new("reader"), "s3:GetObject"), "arn:aws:s3:::bucket/one"
    found = identities.simulate(principal, ["s3:GetObject", "s3:PutObject"], [resource], {"aws:ResourceAccount": "1"})
    assert [(one.action, one.resource, one.said) for one in found] == [
        ("s3:GetObject", resource, Said.ALLOWED),
        ("s3:PutObject", resource, Said.IMPLICIT_DENY),
    ]


@pytest.mark.lax("simulated-resources")
def test_a_simulation_answers_for_each_action_on_each_resource(place: ExaminedPlace, identities: Identities) -> None:
    principal = place.principal(new("reader"), "s3:GetObject")
    resources = [f"arn:aws:s3:::bucket/{name}" for name in ("one", "two")]
    found = identities.simulate(principal, ["s3:GetObject", "s3:PutObject"], resources, {"aws:ResourceAccount": "1"})
    said = {(one.action, one.resource): one.said for one in found}
    assert said == {
        (action, resource): verdict
        for action, verdict in (("s3:GetObject", Said.ALLOWED), ("s3:PutObject", Said.IMPLICIT_DENY))
        for resource in resources
    }
    assert all(one.boundary and one.organisation for one in found)
