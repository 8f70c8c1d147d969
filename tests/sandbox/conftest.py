"""One sandbox for all of these tests: each uses keys and parameters of its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import boto3
import pytest
from botocore.config import Config

from sandbox.answers import watch
from sandbox.pipelines import Workshop
from waybill.sandbox import layout
from waybill.sandbox.server import Sandbox, running

Client = Any


@dataclass(frozen=True, slots=True)
class Clients:
    """Makes boto3 clients in the sandbox, for whoever is asked for."""

    sandbox: Sandbox

    def user(self, service: str, region: str = layout.HOME_REGION, account: str = layout.DEVELOPMENT) -> Client:
        keys = self.sandbox.accounts[account]["user"]
        return self._client(service, region, keys["access_key_id"], keys["secret_access_key"])

    def root(self, service: str) -> Client:
        keys = self.sandbox.accounts[layout.DEVELOPMENT]["root"]
        return self._client(service, layout.HOME_REGION, keys["access_key_id"], keys["secret_access_key"])

    def stage_role(self, service: str, region: str = layout.HOME_REGION) -> Client:
        """Return a client of the production account, by the assumed role, as `waybill stage --role` is."""
        return self.role(layout.STAGE_ROLE_ARN, service, region)

    def promote_role(self, service: str, region: str = layout.HOME_REGION) -> Client:
        """Return a client of the production account that may read development's buckets, too."""
        return self.role(layout.PROMOTE_ROLE_ARN, service, region)

    def role(self, arn: str, service: str, region: str = layout.HOME_REGION) -> Client:
        answer = self.user("sts").assume_role(
            RoleArn=arn, RoleSessionName="a-test", ExternalId=layout.STAGE_EXTERNAL_ID
        )
        return self.session(answer["Credentials"], service, region)

    def session(self, credentials: dict[str, str], service: str, region: str = layout.HOME_REGION) -> Client:
        return self._client(
            service,
            region,
            credentials["AccessKeyId"],
            credentials["SecretAccessKey"],
            credentials["SessionToken"],
        )

    def strangers(self, service: str, region: str = layout.HOME_REGION) -> Client:
        return self._client(service, region, "AKIASTRANGERSTRANGER", "whatever")

    def _client(self, service: str, region: str, key: str, secret: str, token: str | None = None) -> Client:
        return boto3.client(
            service,
            endpoint_url=self.sandbox.url,
            region_name=region,
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            aws_session_token=token,
            config=Config(
                retries={"total_max_attempts": 1},
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with running(os.environ) as started:
        yield started


@pytest.fixture(scope="session")
def clients(sandbox: Sandbox) -> Clients:
    return Clients(sandbox)


@pytest.fixture
def shop(sandbox: Sandbox, clients: Clients) -> Iterator[Workshop]:
    """A pipeline's surroundings. Every answer of CodePipeline is held to botocore's service model."""
    yield Workshop.made(sandbox, clients, watch(clients.user("codepipeline")))
    sandbox.release()


@pytest.fixture(scope="session")
def production_s3(clients: Clients) -> Client:
    """S3 in the production account, by the assumed role."""
    return clients.stage_role("s3")


@pytest.fixture(scope="session")
def production_ssm(clients: Clients) -> Client:
    return clients.stage_role("ssm")


@pytest.fixture
def bucket() -> str:
    return layout.bucket(layout.PRODUCTION, layout.HOME_REGION)


@pytest.fixture
def key() -> str:
    return f"Demo@1.0.0-{uuid4().hex}"


@pytest.fixture
def key_arn(clients: Clients) -> Callable[[str, str], str]:
    """Give the ARN of the customer key of an account and region."""

    def find(account: str, region: str) -> str:
        described = clients.user("kms", region, account).describe_key(KeyId=layout.KEY_ALIAS)
        return str(described["KeyMetadata"]["Arn"])

    return find
