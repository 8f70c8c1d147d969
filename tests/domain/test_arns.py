from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waybill.domain.arns import KEY_EXAMPLE, ROLE_EXAMPLE, Caller, KeyArn, RoleArn


def test_the_examples_in_the_messages_are_good_ones() -> None:
    assert RoleArn.parse(ROLE_EXAMPLE).account == "222222222222"
    assert KeyArn.parse(KEY_EXAMPLE).region == "us-east-1"


@pytest.mark.parametrize(
    "text",
    [
        "arn:aws:iam::222222222222:role/a",
        "arn:aws-cn:iam::222222222222:role/path/to/a",
        "arn:aws-us-gov:iam::222222222222:role/a+=,.@-_b",
    ],
)
def test_a_role_is_read(text: str) -> None:
    role = RoleArn.parse(text)
    assert (str(role), role.account) == (text, "222222222222")
    assert text.startswith(f"arn:{role.partition}:")


@pytest.mark.parametrize(
    "text",
    [
        "", "waybill-stage", "arn:aws:iam::222222222222:user/a", "arn:aws:iam::22222222222:role/a",
        "arn:aws:iam::2222222222222:role/a", "arn:aws:iam::222222222222:role/", "arn:aws:iam:r:222222222222:role/a",
        "arn:aws:sts::222222222222:assumed-role/a/b", " arn:aws:iam::222222222222:role/a",
        "arn:aws:iam::222222222222:role/a\n", "arn:aws:iam::222222222222:role/a b", "arn:aws:iam::222222222222:role/é",
        "arn:aws:iam::\u0662\u0662\u0662222222222:role/a", "arn:azure:iam::222222222222:role/a",
        "arn:aws:iam::222222222222:role/a*",
    ],
)  # fmt: skip
def test_what_is_no_role_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="ARN of an IAM role"):
        RoleArn.parse(text)


@pytest.mark.parametrize("resource", ["key/1234abcd-12ab-34cd-56ef-1234567890ab", "key/mrk-1234", "alias/a/b_c-d"])
def test_a_key_is_read_with_its_region_and_account(resource: str) -> None:
    key = KeyArn.parse(f"arn:aws:kms:eu-west-1:222222222222:{resource}")
    assert (key.region, key.account, key.resource) == ("eu-west-1", "222222222222", resource)
    assert key.is_alias == resource.startswith("alias/")


@pytest.mark.parametrize(
    "text",
    [
        "", "none", "alias/x", "1234abcd", "arn:aws:kms:us-east-1:222222222222:key/", "arn:aws:kms::222222222222:key/a",
        "arn:aws:kms:us-east-1::key/a", "arn:aws:kms:us-east-1:222222222222:secret/a",
        "arn:aws:kms:us-east-1:222222222222:key/a\n", "arn:aws:s3:us-east-1:222222222222:key/a",
        "arn:aws:kms:us-east-1:222222222222:key/*",
    ],
)  # fmt: skip
def test_what_is_no_full_key_arn_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="full ARN of a KMS key"):
        KeyArn.parse(text)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1234abcd-12ab-34cd-56ef-1234567890ab", "key/1234abcd-12ab-34cd-56ef-1234567890ab"),
        ("mrk-1234", "key/mrk-1234"),
        ("alias/staging", "alias/staging"),
        ("alias/aws/s3", "alias/aws/s3"),
        ("key/1234", "key/1234"),
    ],
)
def test_a_bare_default_key_is_the_bucket_owners(written: str, meant: str) -> None:
    key = KeyArn.normalise(written, partition="aws", region="eu-west-1", account="222222222222")
    assert key.text == f"arn:aws:kms:eu-west-1:222222222222:{meant}"


def test_a_default_key_given_in_full_stays_another_accounts() -> None:
    text = "arn:aws:kms:eu-west-1:333333333333:key/1234"
    assert KeyArn.normalise(text, partition="aws", region="us-east-1", account="222222222222").text == text


@given(st.text(max_size=30))
def test_any_default_key_is_an_arn_or_refused(text: str) -> None:
    try:
        key = KeyArn.normalise(text, partition="aws", region="us-east-1", account="222222222222")
    except ValueError:
        return
    assert KeyArn.parse(key.text) == key


@pytest.mark.parametrize(
    ("arn", "root"),
    [
        ("arn:aws:iam::222222222222:root", True),
        ("arn:aws:iam::222222222222:user/root", False),
        ("arn:aws:sts::222222222222:assumed-role/waybill-stage/run-1", False),
        ("arn:aws-cn:sts::222222222222:assumed-role/a/b", False),
        ("arn:aws:sts::222222222222:federated-user/a", False),
        ("what is this", False),
    ],
)
def test_p7_a_caller_is_known_for_what_it_is(arn: str, root: bool) -> None:
    caller = Caller(arn, "222222222222")
    assert caller.is_root == root
    assert caller.partition == ("aws-cn" if "aws-cn" in arn else "aws")
