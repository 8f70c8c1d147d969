from __future__ import annotations

import json
from dataclasses import replace

import pytest

from commands.setup.standing import ACCOUNTS, PARAMETER, Standing
from fakes.aws import BUCKET_PARAMETER, DEVELOPMENT, PRODUCTION, REGIONS, bucket_name
from fakes.state import BucketState
from waybill.commands.setup.adopt import adopt
from waybill.domain.findings import Verdict
from waybill.domain.result import Result
from waybill.domain.setup.adoption.steps import Adopted, AdoptedBucket
from waybill.errors import ExitCode, IdentityError, InputError
from waybill.inputs import setup_adopt as inputs
from waybill.ports.bucket import DefaultEncryption, Encryption

A, B, C = REGIONS
HAND_MADE = "acme-artifacts"
KEY = f"arn:aws:kms:{A}:{PRODUCTION}:key/1234abcd-12ab-34cd-56ef-1234567890ab"


@pytest.fixture
def standing() -> Standing:
    """A world in which production has a bucket for each region that nobody knows of yet."""
    found = Standing()
    for region in REGIONS:
        make(found, f"{HAND_MADE}-{region}", region)
        found.world.delete_parameter(region, PRODUCTION, BUCKET_PARAMETER)
        found.store(region, PRODUCTION, None)
    return found


def make(standing: Standing, name: str, region: str, owner: str = PRODUCTION) -> BucketState:
    default = DefaultEncryption(Encryption.KMS, KEY)
    bucket = standing.world.add_bucket(region, name, owner=owner, default=default)
    bucket.manners.policy = json.dumps(
        {
            "Statement": {
                "Effect": "Deny",
                "Principal": {"AWS": "*"},
                "Action": "s3:*",
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        }
    )
    return bucket


LINES = "\n".join(f"{region}={HAND_MADE}-{region}" for region in REGIONS)


def run(standing: Standing, **values: str) -> Result:
    given = {"account": "production", "bucket": LINES} | values
    request = inputs.read(given, standing.around(), file=standing.file)
    return adopt(request, standing.tools())


def bucket(result: Result, region: str = A, account: str = "production") -> AdoptedBucket:
    assert isinstance(result.body, Adopted)
    return next(one for one in result.body.buckets if (one.spot.account, one.spot.region) == (account, region))


def verdicts(result: Result, region: str = A) -> dict[str, Verdict]:
    return {one.check: one.verdict for one in bucket(result, region).findings if not one.good}


def names(standing: Standing, account: str = PRODUCTION) -> list[str]:
    found = [standing.world.history(region, account, BUCKET_PARAMETER) for region in REGIONS]
    return [history[-1] if history else "" for history in found]


def test_the_plan_is_shown_and_nothing_is_written(standing: Standing) -> None:
    result = run(standing)
    assert (result.outcome, result.changed, result.exit_code) == ("planned", False, 0)
    assert verdicts(result) == {}
    assert [bucket(result, region).act.value for region in REGIONS] == ["create"] * 3
    assert "--yes" in (result.then or "")
    assert not standing.world.writes()


def test_with_yes_names_are_written_first_and_then_the_configuration_and_again_nothing(standing: Standing) -> None:
    result = run(standing, yes="true")
    assert (result.outcome, result.changed, result.exit_code) == ("created", True, 0)
    assert names(standing) == [f"{HAND_MADE}-{region}" for region in REGIONS]
    assert [standing.stored(region, PRODUCTION)["bucket_name_param"] for region in REGIONS] == [BUCKET_PARAMETER] * 3
    written = [call.name for call in standing.world.writes()]
    assert written == [BUCKET_PARAMETER] * 3 + [PARAMETER] * 3
    standing.world.calls.forget()
    again = run(standing, yes="true")
    assert (again.outcome, again.changed, again.exit_code) == ("already", False, 0)
    assert not standing.world.writes()


def test_names_that_parameters_have_already_are_found(standing: Standing) -> None:
    result = run(standing, account="development", bucket="", yes="true")
    assert [bucket(result, region, "development").bucket for region in REGIONS] == [
        bucket_name(DEVELOPMENT, region) for region in REGIONS
    ]
    assert result.outcome == "already"


def test_where_no_bucket_is_known_it_says_how_to_name_one(standing: Standing) -> None:
    result = run(standing, bucket=f"{A}={HAND_MADE}-{A}", yes="true")
    assert (result.outcome, result.exit_code) == ("conflict", ExitCode.CONFLICT)
    assert f"--bucket production/{B}=" in bucket(result, B).refused
    assert not standing.world.writes(), "a configuration that names regions without a bucket is of no use in any"


@pytest.mark.parametrize("wrong", ["absent", "elsewhere", "another account's", "unversioned", "without KMS", "hidden"])
def test_a_bucket_that_will_not_do_is_refused_and_nothing_is_written_anywhere(standing: Standing, wrong: str) -> None:
    name = f"{HAND_MADE}-{B}"
    state = standing.world.buckets[name]
    match wrong:
        case "absent":
            del standing.world.buckets[name]
        case "elsewhere":
            state.region = C
        case "another account's":
            state.owner = DEVELOPMENT
        case "unversioned":
            state.versioned = False
        case "without KMS":
            state.default = DefaultEncryption(Encryption.NO_KMS)
        case "hidden":
            state.manners.hidden = frozenset({"versioning"})
    result = run(standing, yes="true")
    assert (result.outcome, result.exit_code, result.changed) == ("conflict", ExitCode.CONFLICT, False)
    assert bucket(result, B).refused
    assert not bucket(result, A).refused
    assert not standing.world.writes()


def test_it_says_what_is_missing_against_region_yaml_and_how_to_mend_it(standing: Standing) -> None:
    state = standing.world.buckets[f"{HAND_MADE}-{A}"]
    state.manners = replace(
        state.manners,
        bucket_key=False,
        public_access_blocked=False,
        owner_enforced=False,
        policy="",
        expiring=("old",),
        aborts=False,
    )
    result = run(standing)
    assert verdicts(result) == dict.fromkeys(
        ("bucket-key", "public-access", "ownership", "tls-only", "expiry", "unfinished-uploads"), Verdict.WARN
    )
    assert all(one.mend for one in bucket(result).findings if not one.good)
    assert any(f"--bucket {HAND_MADE}-{A}" in one.mend for one in bucket(result).findings)
    assert verdicts(result, B) == {}
    assert run(standing, yes="true").exit_code == 0


def test_the_key_that_aws_manages_is_told_since_nobody_could_promote(standing: Standing) -> None:
    standing.world.buckets[f"{HAND_MADE}-{A}"].default = DefaultEncryption(Encryption.KMS)
    assert verdicts(run(standing)) == {"customer-key": Verdict.WARN}


def test_what_may_not_be_looked_at_is_unknown_and_no_fault(standing: Standing) -> None:
    hidden = frozenset({"public-access", "ownership", "policy", "lifecycle"})
    standing.world.buckets[f"{HAND_MADE}-{A}"].manners.hidden = hidden
    result = run(standing, yes="true")
    assert verdicts(result) == dict.fromkeys(("public-access", "ownership", "tls-only", "expiry"), Verdict.UNKNOWN)
    assert result.exit_code == 0


def test_another_bucket_than_the_parameter_names_is_shown_with_what_that_means(standing: Standing) -> None:
    standing.world.set_parameter(A, PRODUCTION, BUCKET_PARAMETER, "the-former")
    result = run(standing)
    assert (bucket(result).act, bucket(result).before) == ("change", "the-former")
    assert run(standing, yes="true").changed
    assert names(standing)[0] == f"{HAND_MADE}-{A}"


def test_the_configuration_is_left_where_a_name_could_not_be_written(standing: Standing) -> None:
    standing.world.deny("put-parameter", region=B, key=BUCKET_PARAMETER)
    result = run(standing, yes="true")
    assert result.exit_code == ExitCode.IDENTITY
    assert [standing.stored(region, PRODUCTION) for region in REGIONS] == [None] * 3
    assert result.resume
    standing.world.calls.forgive()
    assert run(standing, yes="true").exit_code == 0


def test_p7_another_account_than_the_files_is_refused(standing: Standing) -> None:
    standing.gateways[PRODUCTION] = standing.world.gateway(DEVELOPMENT)
    with pytest.raises(IdentityError):
        run(standing, yes="true")
    assert not standing.world.writes()


def test_p8_a_session_may_write_the_two_parameters_and_look_at_buckets_of_the_account(standing: Standing) -> None:
    gateway = standing.gateways[PRODUCTION] = standing.world.gateway(PRODUCTION)
    run(standing, yes="true")
    (policy,) = (json.loads(text) for text in gateway.policies)
    for statement in policy["Statement"]:
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        if any(action.startswith("ssm:") for action in actions):
            assert statement["Resource"] == [
                f"arn:aws:ssm:*:{PRODUCTION}:parameter{name}" for name in (PARAMETER, BUCKET_PARAMETER)
            ]
        else:
            assert all(action.startswith(("s3:Get", "s3:ListBucket")) for action in actions)
            assert statement["Condition"]["StringEqualsIfExists"] == {"aws:ResourceAccount": PRODUCTION}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("us-east-1", "must be a line"),
        ("us-east-1=No_Bucket", "must be a line"),
        ("ap-south-1=some-bucket", "which has us-east-1"),
        ("staging/us-east-1=some-bucket", "is not among"),
        ("us-east-1=one-bucket\nus-east-1=another-bucket", "second bucket"),
    ],
)
def test_p10_a_wrong_line_is_a_fault(standing: Standing, line: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        run(standing, bucket=line)
    assert {fault.name for fault in caught.value.faults} == {"bucket"}
    assert not standing.entered


def test_p10_with_several_accounts_a_line_must_say_which(standing: Standing) -> None:
    with pytest.raises(InputError, match="development/us-east-1="):
        run(standing, account="", bucket=f"{A}=some-bucket")
    lines = "\n".join(f"production/{region}={HAND_MADE}-{region}" for region in REGIONS)
    result = run(standing, account="", bucket=lines, yes="true")
    assert result.exit_code == 0
    assert {one.spot.account for one in result.body.buckets} == set(ACCOUNTS)  # type: ignore[union-attr]


def test_the_document_has_every_bucket_and_what_was_found(standing: Standing) -> None:
    document = run(standing, yes="true").to_json()
    assert document["bucket_parameter"] == BUCKET_PARAMETER
    (first, *_) = document["buckets"]
    assert (first["account"], first["region"], first["bucket"], first["done"]) == (
        "production",
        A,
        f"{HAND_MADE}-{A}",
        True,
    )
    assert {one["check"] for one in first["findings"]} >= {"bucket", "versioning", "encryption", "expiry"}
    assert document["configuration"]["places"]
    json.dumps(document)
