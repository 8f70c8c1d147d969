"""CloudFront: what is asked of it, checked against its service model, and what its answers mean."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.stub import Stubber

from aws.answers import SESSION
from aws.doors import OWNER, Told, here, lead
from waybill.aws.calls import Calls
from waybill.aws.distributions import CloudFront
from waybill.errors import AccessDenied, ExitCode, InputError, Unavailable
from waybill.ports.distributions import InvalidationState

ID, TAKEN = "E1ABCDEF2GHIJK", "I2J0I21PCUYOIK"
PATHS = ("/*", "/index.html")
BATCH = {"Paths": {"Quantity": 2, "Items": list(PATHS)}, "CallerReference": "a" * 64}


def answer(status: str) -> dict[str, Any]:
    state = {"Id": TAKEN, "Status": status, "CreateTime": datetime(2026, 1, 31, tzinfo=UTC), "InvalidationBatch": BATCH}
    return {"Invalidation": state}


@contextmanager
def stubbed(monkeypatch: pytest.MonkeyPatch, told: Told) -> Iterator[tuple[CloudFront, Stubber]]:
    lead(monkeypatch, "http://127.0.0.1:9")
    client = here().client("cloudfront", "us-east-1")
    with Stubber(client) as stub:
        yield CloudFront(lambda: client, Calls(told.retry(), caller=SESSION), partition="aws", account=OWNER), stub
        stub.assert_no_pending_responses()


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def cloudfront(monkeypatch: pytest.MonkeyPatch, told: Told) -> Iterator[tuple[CloudFront, Stubber]]:
    with stubbed(monkeypatch, told) as both:
        yield both


def begin(door: CloudFront) -> InvalidationState | None:
    return door.invalidate(ID, PATHS, reference="a" * 64)


@pytest.mark.parametrize(("status", "done"), [("InProgress", False), ("Completed", True), ("COMPLETED", True)])
def test_an_invalidation_is_asked_for_and_looked_at(
    cloudfront: tuple[CloudFront, Stubber], status: str, done: bool
) -> None:
    door, stub = cloudfront
    stub.add_response("create_invalidation", answer("InProgress"), {"DistributionId": ID, "InvalidationBatch": BATCH})
    stub.add_response("get_invalidation", answer(status), {"DistributionId": ID, "Id": TAKEN})
    assert begin(door) == InvalidationState(id=TAKEN, done=False)
    assert door.look(ID, TAKEN) == InvalidationState(id=TAKEN, done=done)


def test_too_many_under_way_is_an_answer_and_nothing_is_tried_again(
    cloudfront: tuple[CloudFront, Stubber], told: Told
) -> None:
    door, stub = cloudfront
    stub.add_client_error("create_invalidation", "TooManyInvalidationsInProgress", http_status_code=400)
    assert begin(door) is None
    assert told.clock.sleeps == []


@pytest.mark.parametrize("code", ["NoSuchDistribution", "InvalidArgument", "BatchTooLarge", "InconsistentQuantities"])
def test_what_cloudfront_does_not_take_is_bad_input(cloudfront: tuple[CloudFront, Stubber], code: str) -> None:
    door, stub = cloudfront
    status = {"NoSuchDistribution": 404, "BatchTooLarge": 413}.get(code, 400)
    stub.add_client_error("create_invalidation", code, "no", http_status_code=status)
    with pytest.raises(InputError) as caught:
        begin(door)
    assert [(fault.name, fault.value) for fault in caught.value.faults] == [("invalidate", ID)]


def test_a_distribution_that_went_away_meanwhile_is_told(cloudfront: tuple[CloudFront, Stubber]) -> None:
    door, stub = cloudfront
    stub.add_client_error("get_invalidation", "NoSuchDistribution", http_status_code=404)
    with pytest.raises(InputError, match=ID):
        door.look(ID, TAKEN)


def test_a_refusal_names_the_statement_that_is_missing(cloudfront: tuple[CloudFront, Stubber]) -> None:
    door, stub = cloudfront
    stub.add_client_error("create_invalidation", "AccessDenied", "not authorized", http_status_code=403)
    with pytest.raises(AccessDenied) as caught:
        begin(door)
    assert caught.value.exit_code is ExitCode.IDENTITY
    assert caught.value.action == "cloudfront:CreateInvalidation"
    assert caught.value.resource == f"arn:aws:cloudfront::{OWNER}:distribution/{ID}"


@pytest.mark.parametrize("code", ["Throttling", "ServiceUnavailable"])
def test_throttling_is_waited_out(cloudfront: tuple[CloudFront, Stubber], told: Told, code: str) -> None:
    door, stub = cloudfront
    stub.add_client_error("create_invalidation", code, http_status_code=503)
    stub.add_response("create_invalidation", answer("InProgress"))
    assert begin(door) is not None
    assert len(told.clock.sleeps) == 1


def test_trouble_that_lasts_is_unavailable(cloudfront: tuple[CloudFront, Stubber]) -> None:
    door, stub = cloudfront
    for _ in range(8):
        stub.add_client_error("get_invalidation", "ServiceUnavailable", http_status_code=503)
    with pytest.raises(Unavailable):
        door.look(ID, TAKEN)


def test_the_account_asks_its_partitions_one_endpoint(monkeypatch: pytest.MonkeyPatch, told: Told) -> None:
    lead(monkeypatch, "http://127.0.0.1:9", AWS_REGION="eu-west-1")
    found = told.account().distributions()
    assert isinstance(found, CloudFront)
    assert found._client().meta.region_name in {"us-east-1", "aws-global"}
