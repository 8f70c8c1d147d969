"""`access explain` where permissions are enforced: with what is published it reads all, else it says what not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engines.ministack import PRODUCTION, Stack, document
from real.here import waybill_here as waybill
from real.test_setup_permissions import allowing, new_role
from waybill.domain.access.calls import EXPLAIN_CALLS
from waybill.domain.access.narrowing import published_explain_policy

pytestmark = pytest.mark.engine

FILE = """\
schema: 1
accounts: {{production: {{id: "{account}", role: {role}}}}}
regions: [us-east-1]
grants: {{}}
"""


def test_p8_with_what_is_published_everything_is_read_and_without_it_is_said_what_is_not(
    stack: Stack, tmp_path: Path
) -> None:
    iam, s3 = stack.engine.root(PRODUCTION, "iam"), stack.engine.root(PRODUCTION, "s3")
    iam.create_user(UserName="carol")
    allow = document({"Effect": "Allow", "Action": ["s3:*", "kms:Decrypt"], "Resource": "*"})
    iam.put_user_policy(UserName="carol", PolicyName="own", PolicyDocument=allow)
    shared = iam.create_policy(PolicyName="shared", PolicyDocument=allow)["Policy"]["Arn"]
    iam.attach_user_policy(UserName="carol", PolicyArn=shared)
    s3.create_bucket(Bucket="explained")
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": stack.keys[PRODUCTION, "us-east-1"]}
    rules = [{"ApplyServerSideEncryptionByDefault": default}]
    s3.put_bucket_encryption(Bucket="explained", ServerSideEncryptionConfiguration={"Rules": rules})
    carol = ["--principal", f"arn:aws:iam::{PRODUCTION}:user/carol"]
    question = [*carol, "--action", "s3:GetObject", "--resource", "arn:aws:s3:::explained/x"]

    def answer(role: str) -> Any:
        (tmp_path / "access.yaml").write_text(FILE.format(account=PRODUCTION, role=role), encoding="utf-8")
        done = waybill(stack.environment(), "access", "explain", *question, "--json", cwd=tmp_path)
        assert done.code == 0, done.stderr
        return done.json

    seen = answer(new_role(stack, "explainers", published_explain_policy()))
    assert (seen["allowed"], seen["unread"]) == (True, []), seen
    assert [one["name"] for one in seen["policies"]] == ["own of user carol", f"{shared} of user carol"]
    assert [(one["action"], one["allowed"], one["unread"]) for one in seen["also"]] == [("kms:Decrypt", True, [])]
    fewer = [call for call in EXPLAIN_CALLS if call.action != "iam:GetPolicyVersion"]
    half = answer(new_role(stack, "half-explainers", allowing(fewer, "*")))
    assert half["allowed"] is None
    assert [(one["policy"], one["call"]) for one in half["unread"]] == [("identity policy", "iam:GetPolicyVersion")]
