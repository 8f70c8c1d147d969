"""`access explain` about an object asks the key that encrypts it, too, as S3 does; of a token, its provider.

The stand's buckets encrypt with a key of their account.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from commands.access.stand import BUCKET, ROLE, policy
from commands.access.test_explain_live import ALICE, ANYTHING, BOB, OBJECT, Asking, open_key, to
from fakes.aws import DEVELOPMENT, PRODUCTION
from waybill.domain.iam.explained import Explained
from waybill.errors import Unavailable
from waybill.ports.bucket import DefaultEncryption, Encryption
from waybill.report.explain_text import as_markdown, as_text, needs_attention
from waybill.report.ink import Ink

READ = {"action": "s3:GetObject", "resource": OBJECT}
WRITE = {"action": "s3:PutObject", "resource": OBJECT}
ISSUER = "token.actions.githubusercontent.com"


@pytest.fixture
def stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Asking:
    """A stand whose bucket lets bob do everything."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "access.yaml").touch()
    made = Asking(folder=tmp_path)
    made.put(BUCKET, to(BOB))
    return made


def test_what_the_key_refuses_is_not_allowed(stand: Asking) -> None:
    result = stand.ask(BOB, config=True, **READ)
    assert isinstance(result.body, Explained)
    assert needs_attention(result, result.body)
    said = result.body.to_json()
    assert (said["allowed"], said["missing"]) == (False, [])
    (key,) = said["also"]
    assert (key["action"], key["resource"], key["allowed"]) == ("kms:Decrypt", stand.key().name, False)
    assert [one["policy"] for one in key["missing"]] == ["key policy"]
    assert said["because"].startswith(f"Not allowed: the key policy of {stand.key().name} neither allows it")
    for shown in (as_text(result.body, Ink()), "\n".join(as_markdown(result.body))):
        assert "this of the key, too" in shown
        assert '"Action": "kms:Decrypt"' in shown


def test_what_both_allow_is_allowed_as_s3_asks_the_key(stand: Asking) -> None:
    through = {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com", "kms:CallerAccount": PRODUCTION}}
    context = {"StringEquals": {"kms:EncryptionContext:aws:s3:arn": OBJECT}}
    stand.put(stand.key(), to(BOB, Condition={"StringEquals": {**through["StringEquals"], **context["StringEquals"]}}))
    said = stand.said(**READ)
    assert (said["allowed"], said["also"][0]["allowed"]) == (True, True)
    assert "kms:Decrypt on its key: Allowed by" in said["because"]
    assert not any("grant" in each for each in said["also"][0]["assumed"])
    elsewhere = {"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}
    stand.put(stand.key(), to(BOB, Condition=elsewhere))
    assert stand.said(**READ)["allowed"] is False


def test_a_write_asks_for_a_data_key_and_in_several_parts_for_more(stand: Asking) -> None:
    stand.put(stand.key(), to(BOB, Action="kms:GenerateDataKey"))
    said = stand.said(**WRITE)
    assert said["allowed"] is True
    assert [(one["action"], one["allowed"], one["when"]) for one in said["also"]] == [
        ("kms:GenerateDataKey", True, None),
        ("kms:Decrypt", False, "an upload in several parts"),
    ]
    assert "But not an upload in several parts." in said["because"]
    stand.put(stand.key(), to(BOB, Action="kms:Decrypt"))
    assert stand.said(**WRITE)["allowed"] is False


def test_what_the_bucket_refuses_is_said_of_the_bucket(stand: Asking) -> None:
    open_key(stand)
    stand.put(BUCKET, to("*", Action="s3:PutObject"))
    said = stand.said(**READ)
    assert (said["allowed"], [one["policy"] for one in said["missing"]]) == (False, ["bucket policy"])


def test_a_key_that_may_not_be_read_leaves_it_open(stand: Asking) -> None:
    stand.world.deny("read-policy", key="key policy")
    said = stand.said(**READ)
    assert (said["allowed"], said["also"][0]["unread"][0]["give"]) == (None, None)
    assert "the key policy of" in said["because"]


def test_so_does_a_bucket_that_does_not_say_what_it_encrypts_with(stand: Asking) -> None:
    open_key(stand)
    stand.world.deny("default-encryption")
    said = stand.said(**READ)
    assert (said["allowed"], said["also"]) == (None, [])
    assert "the default encryption of" in said["because"]


def test_what_asks_no_key_is_asked_of_the_bucket_alone(stand: Asking) -> None:
    said = stand.said(action="s3:DeleteObject", resource=OBJECT)
    assert (said["allowed"], said["also"]) == (True, [])


def test_an_encryption_that_nobody_answers_about_leaves_the_answer_open(stand: Asking) -> None:
    stand.world.fail(call="default-encryption", error=Unavailable("no answer"))
    assert stand.said(**READ)["allowed"] is None


def test_with_a_file_for_the_bucket_the_key_is_taken_for_granted(stand: Asking) -> None:
    (stand.folder / "bucket.json").write_text(policy(to(BOB)), encoding="utf-8")
    said = stand.said(**READ, resource_policy="bucket.json", resource_account=DEVELOPMENT)
    assert (said["allowed"], said["also"]) == (True, [])
    assert any("kms:Decrypt" in each and "not asked" in each for each in said["assumed"])


@pytest.mark.parametrize(
    ("audiences", "account", "because"),
    [
        (None, DEVELOPMENT, "There is no identity provider"),
        (["sts.amazonaws.com"], PRODUCTION, "providers of its own account"),
        (["else"], DEVELOPMENT, "takes tokens for else, and not for sts.amazonaws.com"),
        (["sts.amazonaws.com"], DEVELOPMENT, "Allowed by"),
    ],
)
def test_a_token_is_nothing_without_its_provider(
    stand: Asking, audiences: list[str] | None, account: str, because: str
) -> None:
    provider = f"arn:aws:iam::{account}:oidc-provider/{ISSUER}"
    stand.put(ROLE, {"Effect": "Allow", "Principal": {"Federated": provider}, "Action": "sts:AssumeRole*"})
    if audiences is not None:
        stand.world.examined[DEVELOPMENT].providers[provider] = audiences
    said = stand.said(
        provider,
        action="sts:AssumeRoleWithWebIdentity",
        resource=f"arn:aws:iam::{DEVELOPMENT}:role/{ROLE.name}",
        context=f"{ISSUER}:aud=sts.amazonaws.com",
    )
    assert because in said["because"]
    assert said["allowed"] is (because == "Allowed by")


def test_a_caller_that_is_not_there_may_nothing_whoever_names_it(stand: Asking) -> None:
    gone = BOB.replace(":user/bob", ":role/gone")
    open_key(stand)
    stand.put(BUCKET, to("*", Action="s3:*"), {**ANYTHING, "Principal": "*"})
    said = stand.said(gone, **READ)
    assert (said["allowed"], said["missing"]) == (False, [])
    assert said["because"] == f"There is no role {gone} in account {PRODUCTION}."


def test_awss_own_key_lets_no_other_account_in(stand: Asking) -> None:
    bucket = stand.world.buckets[BUCKET.name]
    bucket.default = DefaultEncryption(Encryption.KMS)
    said = stand.said(**READ)
    assert said["allowed"] is False
    assert "AWS's own key, which no other account can use" in said["because"]
    assert stand.said(ALICE, **READ)["allowed"] is True
