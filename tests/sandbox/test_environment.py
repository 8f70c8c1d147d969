"""Nothing of a person's own AWS set-up reaches a command in the sandbox."""

from __future__ import annotations

from pathlib import Path

import pytest

from waybill.sandbox import environment

HOME = Path("/nowhere/home")


def client_environment(**more: str) -> dict[str, str]:
    return environment.for_client(
        url="http://127.0.0.1:5000",
        access_key_id="AKIA",
        secret_access_key="secret",
        region="us-east-1",
        home=HOME,
        **more,
    )


@pytest.mark.parametrize(
    "name",
    [
        "AWS_PROFILE",
        "AWS_SESSION_TOKEN",
        "AWS_ENDPOINT_URL_S3",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_ROLE_ARN",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "AWS_CONFIG_FILE",
        "STARTIFACT_PARAMETER",
        "MOTO_ACCOUNT_ID",
    ],
)
def test_what_would_lead_a_client_elsewhere_is_dropped(name: str) -> None:
    assert environment.without_aws({name: "x", "HOME": "/home/me"}) == {"HOME": "/home/me"}


def test_looks_of_tools_are_kept() -> None:
    assert environment.without_aws({"AWS_PAGER": "", "LANG": "C"}) == {"AWS_PAGER": "", "LANG": "C"}


def test_a_client_finds_the_sandbox_its_keys_its_region_and_empty_profiles() -> None:
    found = client_environment()
    assert found["AWS_ENDPOINT_URL"] == "http://127.0.0.1:5000"
    assert (found["AWS_ACCESS_KEY_ID"], found["AWS_SECRET_ACCESS_KEY"]) == ("AKIA", "secret")
    assert found["AWS_REGION"] == found["AWS_DEFAULT_REGION"] == "us-east-1"
    assert found["AWS_CONFIG_FILE"] == "/nowhere/home/config"
    assert found["AWS_SHARED_CREDENTIALS_FILE"] == "/nowhere/home/credentials"
    assert found["STARTIFACT_REGIONS"] == "us-east-1,us-west-2,eu-west-1"


def test_a_proxy_does_not_come_between() -> None:
    assert client_environment()["NO_PROXY"] == "127.0.0.1,localhost"
    assert client_environment(no_proxy="intranet,localhost")["no_proxy"] == "intranet,localhost,127.0.0.1"
