"""P9, as far as the use case goes: nothing of the environment's secrets is in anything that it says or stores."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable
from dataclasses import replace

import pytest

from fakes.account import FakeGateway
from fakes.aws import PRODUCTION
from fakes.calls import Call
from promises.stand import LARGE, METADATA, REQUEST, SMALL, Stand, plant_whole, small_parts
from waybill.domain.arns import RoleArn
from waybill.domain.identity import Identity
from waybill.domain.result import Result
from waybill.errors import AccessDenied, WaybillError

SECRETS = {
    "AWS_ACCESS_KEY_ID": "AKIAQQQQCANARY000001",
    "AWS_SECRET_ACCESS_KEY": "canary/secret+access/key0000000000000000",
    "AWS_SESSION_TOKEN": "canary-session-token-000000",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "canary-request-token-0000",
    "ACTIONS_ID_TOKEN_REQUEST_URL": "https://canary.example/token?sig=canary",
    "GITHUB_TOKEN": "ghs_canary00000000000000000000000000",
    "INPUT_GITHUB-TOKEN": "ghp_canary00000000000000000000000000",
}
EXTERNAL_ID = "canary-external-id"


class Credentialed(FakeGateway):
    """Holds the role's credentials, as an adapter does."""

    credentials = tuple(SECRETS.values())


def nothing(stand: Stand) -> None:
    """Let all go well."""


def every_write_fails(stand: Stand) -> None:
    stand.world.fail(call="write", times=None)


def nothing_answers(stand: Stand) -> None:
    stand.world.fail(call="*", times=None, key="^(?!/startifact)")


def all_is_denied(stand: Stand) -> None:
    stand.world.deny("*")


def one_region_is_denied(stand: Stand) -> None:
    stand.world.deny("put-parameter", region="us-west-2")


def there_is_a_conflict(stand: Stand) -> None:
    plant_whole(stand.world, "us-east-1", b"other byt")


def there_is_a_bug(stand: Stand) -> None:
    def bug(_: Call) -> None:
        raise KeyError("a bug of ours")

    stand.world.on("put", bug, times=None)
    stand.world.on("complete", bug, times=None)


@pytest.mark.parametrize("body", [SMALL, LARGE], ids=["one part", "several parts"])
@pytest.mark.parametrize(
    "harm",
    [
        nothing,
        every_write_fails,
        nothing_answers,
        all_is_denied,
        one_region_is_denied,
        there_is_a_conflict,
        there_is_a_bug,
    ],
)
def test_no_secret_is_in_what_a_run_says_or_stores(
    body: bytes, harm: Callable[[Stand], None], stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    identity = Identity(
        role=RoleArn.parse(f"arn:aws:iam::{PRODUCTION}:role/waybill-stage"), role_external_id=EXTERNAL_ID
    )
    gateway = Credentialed(stand.world, stand.world.account().caller())
    harm(stand)
    with small_parts():
        said = [told(stand, body, identity=identity, gateway=gateway, metadata=METADATA)]
    said += [repr(event) for event in stand.reporter.events]
    said += gateway.policies
    for bucket in stand.world.buckets.values():
        said += [repr(version) for versions in bucket.objects.values() for version in versions]
    said += [repr(state.values) for state in stand.world.parameters.values()]
    whole = "\n".join(said)
    assert whole
    found = [name for name, value in {**SECRETS, "the external id": EXTERNAL_ID}.items() if value in whole]
    assert not found


def told(stand: Stand, body: bytes, **changes: object) -> str:
    """Return all that the end of a run says, its causes' texts included."""
    try:
        result = stand.stage(body, **changes)
    except (WaybillError, KeyError) as error:
        return "".join(traceback.format_exception(error))
    assert isinstance(result, Result)
    return json.dumps(result.to_json()) + repr(result)


def test_the_waybill_says_where_it_was_built_and_by_whom_and_no_more(stand: Stand) -> None:
    stand.stage(origin=replace(REQUEST.origin, runner="linux"))
    raw = stand.world.body(
        next(name for name in stand.world.buckets if PRODUCTION in name), "SugarWater@1.2.3/waybill.json"
    )
    assert raw is not None
    document = json.loads(raw)
    assert set(document["built_from"]) == {
        "repository", "commit", "ref", "workflow", "run_id", "attempt", "actor", "runner",
    }  # fmt: skip
    assert set(document) == {
        "schema", "project", "version", "sha256", "crc64nvme", "size", "media_type", "file_name", "metadata",
        "built_from", "staged_at", "chain",
    }  # fmt: skip


def test_a_refusal_says_what_and_not_with_what(stand: Stand) -> None:
    error = AccessDenied("no", action="s3:PutObject", resource="arn", caller="arn:aws:sts::1:assumed-role/a/b")
    stand.world.fail(call="put", error=error, times=None)
    end = stand.end()
    assert isinstance(end, Result)
    assert all(region.error == "no" for region in end.regions)
