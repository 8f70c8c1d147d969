"""What the environment and the files of credentials may have wrong is said before anything is asked of AWS."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from aws.answers import s3_error
from aws.doors import OWNER, REGION, Told, lead
from aws.loopback import Answer, Heard, loopback
from waybill.aws.sessions import ambient
from waybill.domain.identity import Identity
from waybill.errors import ExitCode, InputError, WaybillError

FILE = """
[profile sso]
sso_start_url = https://sso.example
sso_region = us-east-1
sso_account_id = 111111111111
sso_role_name = admin
region = us-east-1

[profile process]
credential_process = /bin/false
region = us-east-1

[profile loop]
role_arn = arn:aws:iam::111111111111:role/x
source_profile = pool
region = us-east-1

[profile pool]
role_arn = arn:aws:iam::111111111111:role/x
source_profile = loop
"""


def enter() -> None:
    """Do what a run does first."""
    session = ambient()
    session.known_regions()
    session.default_region  # noqa: B018 - asked for as a run asks
    Told().gateway(Identity(), session).enter("")


@pytest.mark.parametrize("profile", ["sso", "process", "loop", "nobody"])
def test_a_profile_that_gives_no_credentials_exits_3(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, profile: str
) -> None:
    file = tmp_path / "config"
    file.write_text(FILE)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(file))
    monkeypatch.setenv("AWS_PROFILE", profile)
    with pytest.raises(WaybillError) as caught:
        enter()
    assert caught.value.exit_code is ExitCode.IDENTITY
    assert "aws sso login" in caught.value.advice


def test_a_file_of_credentials_that_cannot_be_read_exits_3(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "config"
    file.write_text("no configuration [")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(file))
    with pytest.raises(WaybillError) as caught:
        enter()
    assert caught.value.exit_code is ExitCode.IDENTITY
    assert str(file) in caught.value.what


def test_no_credentials_at_all_exit_3(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", REGION)
    with pytest.raises(WaybillError) as caught:
        enter()
    assert caught.value.exit_code is ExitCode.IDENTITY
    assert "id-token: write" in caught.value.advice


def test_half_of_the_credentials_exits_3_and_names_the_other_half(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE000000000")
    with pytest.raises(WaybillError) as caught:
        enter()
    assert caught.value.exit_code is ExitCode.IDENTITY
    assert "AWS_SECRET_ACCESS_KEY" in caught.value.what


def test_an_endpoint_that_is_no_address_is_bad_input(monkeypatch: pytest.MonkeyPatch) -> None:
    lead(monkeypatch, "garbage")
    with pytest.raises(InputError) as caught:
        enter()
    assert [fault.name for fault in caught.value.faults] == ["AWS_ENDPOINT_URL"]


def test_a_region_that_is_no_name_is_bad_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE000000000")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    with pytest.raises(InputError) as caught:
        Told().account().region("us_east")
    assert [fault.name for fault in caught.value.faults] == ["regions"]


@pytest.mark.parametrize("call", ["list", "default_encryption", "head", "read"])
def test_a_bucket_is_not_followed_into_another_region(monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    def elsewhere(heard: Heard) -> Answer:
        if "/us-west-2/" in heard.headers["authorization"]:
            return Answer(200, "<ListBucketResult></ListBucketResult>")
        error = s3_error(301, "PermanentRedirect", "The bucket is elsewhere.", Bucket="acme")
        return Answer(301, error.body, {**error.headers, "x-amz-bucket-region": "us-west-2"})

    with loopback(elsewhere) as server:
        lead(monkeypatch, server.url)
        bucket = Told().account().bucket(REGION, "acme", owner=OWNER)
        calls: dict[str, Callable[[], object]] = {
            "list": lambda: list(bucket.list("P@")),
            "default_encryption": bucket.default_encryption,
            "head": lambda: bucket.head("P@1.0.0"),
            "read": lambda: bucket.read("P@1.0.0", limit=1),
        }
        with pytest.raises(InputError) as caught:
            calls[call]()
    (fault,) = caught.value.faults
    assert (fault.name, fault.value) == ("bucket-parameter", "acme")
    assert REGION in fault.rule
    assert "us-west-2" in fault.rule
    assert not [one for one in server.heard if "/us-west-2/" in one.headers["authorization"]]


def test_the_sdk_says_in_which_regions_a_service_is() -> None:
    """CodeArtifact is in few of them: an endpoint that nobody has must not be asked until the patience ends."""
    serves = ambient().serves
    assert serves("codeartifact", "eu-west-1")
    assert not any(serves("codeartifact", region) for region in ("sa-east-1", "cn-north-1", "us-gov-west-1"))
    assert serves("kms", "cn-north-1")
