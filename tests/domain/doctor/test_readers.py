"""Who of other accounts may read, and whether they may decrypt: two documents that must agree."""

from __future__ import annotations

import json
from typing import Any

import pytest

from waybill.domain.doctor.readers import Shared, foreigners, reader_findings
from waybill.domain.findings import Finding, Seen, Unseen, Verdict

OWN, OTHER = "111111111111", "222222222222"
ROLE = f"arn:aws:iam::{OTHER}:role/waybill-promote"
KEY = f"arn:aws:kms:us-east-1:{OWN}:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(who: Any, *actions: str, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": {"AWS": who}, "Action": list(actions), "Resource": "*", **more}


NARROWED = {"Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/waybill-promote"}}}
OWN_KEY = allow(f"arn:aws:iam::{OWN}:root", "kms:*")


def found(bucket: str, key: Any, project: str = "", region: str = "us-east-1") -> dict[str, Finding]:
    shared = Shared(
        account=OWN,
        partition="aws",
        region=region,
        bucket="b",
        key=KEY,
        bucket_policy=bucket,
        key_policy=key if isinstance(key, Unseen) else Seen(key),
        key_prefix="staged/",
        project=project,
    )
    return {one.check: one for one in reader_findings(shared)}


@pytest.mark.parametrize("who", [ROLE, OTHER, f"arn:aws:iam::{OTHER}:root"])
def test_whoever_may_read_and_decrypt_is_good_however_both_are_written(who: str) -> None:
    more = {} if who == ROLE else NARROWED
    for named, condition in ((ROLE, {}), (OTHER, NARROWED)):
        checks = found(
            policy(allow(who, "s3:GetObject", **more)), policy(OWN_KEY, allow(named, "kms:Decrypt", **condition))
        )
        assert {one.verdict for one in checks.values()} == {Verdict.PASS}


def test_who_may_read_and_not_decrypt_fails_with_the_statement_that_is_missing() -> None:
    reads = policy(allow(OTHER, "s3:GetObject", **NARROWED))
    one = found(reads, policy(OWN_KEY))["key-readers"]
    assert one.verdict is Verdict.FAIL
    (statement,) = json.loads(one.mend.partition(": ")[2])
    assert statement["Action"] == "kms:Decrypt"
    assert statement["Principal"] == {"AWS": [f"arn:aws:iam::{OTHER}:root"]}
    assert statement["Condition"] == {
        "StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"},
        "ArnLike": {"aws:PrincipalArn": [ROLE]},
    }
    assert found(reads, policy(OWN_KEY, statement))["key-readers"].verdict is Verdict.PASS


def on(pattern: str) -> dict[str, Any]:
    return {"Resource": f"arn:aws:s3:::b/{pattern}"}


@pytest.mark.parametrize("project", ["", "SugarWater"])
def test_readers_of_one_project_s_artifacts_are_readers(project: str) -> None:
    one_project = allow(ROLE, "s3:GetObject", **on("staged/SugarWater@*"))
    both = found(policy(one_project), policy(OWN_KEY, allow(ROLE, "kms:Decrypt")), project)
    assert {one.verdict for one in both.values()} == {Verdict.PASS}
    assert found(policy(one_project), policy(OWN_KEY), project)["key-readers"].verdict is Verdict.FAIL
    others = found(policy(one_project), policy(OWN_KEY), "Differs")
    assert others["key-readers"].verdict is Verdict.PASS


def test_what_mends_a_reader_lets_him_read_one_project_s_artifacts_and_no_more() -> None:
    key = policy(OWN_KEY, allow(ROLE, "kms:Decrypt"))
    one = found(policy(), key, "SugarWater")["bucket-readers"]
    statements, _ = json.JSONDecoder().raw_decode(one.mend.partition(": ")[2])
    assert [each["Resource"] for each in statements] == ["arn:aws:s3:::b/staged/SugarWater@*", "arn:aws:s3:::b"]
    assert statements[1]["Condition"]["StringLike"] == {"s3:prefix": "staged/SugarWater@*"}
    assert found(policy(*statements), key, "SugarWater")["bucket-readers"].verdict is Verdict.PASS
    unnamed = found(policy(), key)["bucket-readers"].mend
    assert "b/staged/PROJECT@*" in unnamed
    assert "give `project`" in unnamed


def test_in_china_s3_asks_kms_by_another_name() -> None:
    here = {"Condition": {"StringEquals": {"kms:ViaService": "s3.cn-north-1.amazonaws.com.cn"}}}
    reads = policy(allow(ROLE, "s3:GetObject"))
    checks = found(reads, policy(allow(ROLE, "kms:Decrypt", **here)), region="cn-north-1")
    assert checks["key-readers"].verdict is Verdict.PASS


def test_who_may_decrypt_and_not_read_is_a_warning() -> None:
    one = found(policy(), policy(OWN_KEY, allow(ROLE, "kms:Decrypt")))["bucket-readers"]
    assert one.verdict is Verdict.WARN
    assert ROLE in one.says


def test_a_denial_counts_and_so_does_what_a_statement_is_limited_to() -> None:
    denial = {"Effect": "Deny", "Principal": "*", "Action": "kms:*", "Resource": "*"}
    reads = policy(allow(ROLE, "s3:GetObject"))
    assert found(reads, policy(allow(ROLE, "kms:Decrypt"), denial))["key-readers"].verdict is Verdict.FAIL
    elsewhere = {"Condition": {"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}}
    assert found(reads, policy(allow(ROLE, "kms:Decrypt", **elsewhere)))["key-readers"].verdict is Verdict.FAIL
    here = {"Condition": {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}}
    assert found(reads, policy(allow(ROLE, "kms:Decrypt", **here)))["key-readers"].verdict is Verdict.PASS


def test_an_account_as_a_whole_is_content_where_one_of_its_roles_may() -> None:
    checks = found(policy(allow(OTHER, "s3:GetObject")), policy(OWN_KEY, allow(ROLE, "kms:Decrypt")))
    assert checks["key-readers"].verdict is Verdict.PASS


def test_a_key_policy_that_may_not_be_looked_at_is_unknown_where_others_read_and_nothing_otherwise() -> None:
    assert found(policy(), Unseen("no")) == {}
    checks = found(policy(allow(ROLE, "s3:GetObject")), Unseen("no"))
    assert {one.verdict for one in checks.values()} == {Verdict.UNKNOWN}


def test_a_policy_that_is_no_json_fails_and_one_s_own_account_is_nobody_else() -> None:
    assert found("{", policy())["key-readers"].verdict is Verdict.FAIL
    assert foreigners(policy(OWN_KEY, allow("*", "s3:GetObject"), allow(ROLE, "s3:GetObject")), OWN) == (ROLE,)
