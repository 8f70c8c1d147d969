"""ministack with AUTH=true: permissions that are really enforced. It lives in a virtual environment of its own.

    with running(tmp_path) as engine:
        stack = prepare(engine, stage_policy=document)
        client = engine.root("222222222222", "s3", "us-east-1")

What it does otherwise than AWS is in `laxness.py`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from engines.process import serving

DEVELOPMENT = "111111111111"
PRODUCTION = "222222222222"
REGIONS = ("us-east-1", "us-west-2", "eu-west-1")
EXTERNAL_ID = "waybill-test"
BUCKET_PARAMETER = "/buckets/staging"
STAGE_ROLE = "waybill-stage"
STAGE_ROLE_ARN = f"arn:aws:iam::{PRODUCTION}:role/{STAGE_ROLE}"
USER = "waybill-ci"

ROOT = Path(__file__).resolve().parent.parent.parent


def binary() -> Path | None:
    """Return the program that `make test` installed, or None where it is not there."""
    path = Path(os.environ.get("WAYBILL_TEST_MINISTACK") or ROOT / ".venvs" / "ministack" / "bin" / "ministack")
    return path if path.exists() else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What an AWS client signs with. A 12-digit access key is that account's root."""

    access_key: str
    secret_key: str
    token: str | None = None

    def environment(self) -> dict[str, str]:
        """Return them as the environment that every AWS client reads."""
        found = {"AWS_ACCESS_KEY_ID": self.access_key, "AWS_SECRET_ACCESS_KEY": self.secret_key}
        return found | ({"AWS_SESSION_TOKEN": self.token} if self.token else {})


@dataclass(frozen=True, slots=True)
class Engine:
    """A running ministack."""

    endpoint: str

    def client(self, credentials: Credentials, service: str, region: str) -> Any:
        """Return a boto3 client that neither retries nor checks what AWS would not be asked to check."""
        return boto3.client(
            service,
            region_name=region,
            endpoint_url=self.endpoint,
            aws_access_key_id=credentials.access_key,
            aws_secret_access_key=credentials.secret_key,
            aws_session_token=credentials.token,
            config=Config(
                retries={"total_max_attempts": 1},
                s3={"addressing_style": "path"},
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    def root(self, account: str, service: str, region: str = REGIONS[0]) -> Any:
        """Return a client of an account's root user."""
        return self.client(root_credentials(account), service, region)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """What was prepared: `user` may assume the stage role; `keys` are key ARNs by account and region."""

    engine: Engine
    user: Credentials
    keys: Mapping[tuple[str, str], str]

    def assume(self, *, policy: str = "", external_id: str | None = EXTERNAL_ID, **more: Any) -> Credentials:
        """Return a session of the stage role."""
        arguments: dict[str, Any] = {"RoleArn": STAGE_ROLE_ARN, "RoleSessionName": "waybill", **more}
        if policy:
            arguments["Policy"] = policy
        if external_id is not None:
            arguments["ExternalId"] = external_id
        answer = self.engine.client(self.user, "sts", REGIONS[0]).assume_role(**arguments)["Credentials"]
        return Credentials(
            access_key=answer["AccessKeyId"], secret_key=answer["SecretAccessKey"], token=answer["SessionToken"]
        )

    def environment(self) -> dict[str, str]:
        """Return what an AWS client of the development account's user needs in its environment."""
        return {
            **self.user.environment(),
            "AWS_ENDPOINT_URL": self.engine.endpoint,
            "AWS_REGION": REGIONS[0],
            "AWS_DEFAULT_REGION": REGIONS[0],
            "AWS_EC2_METADATA_DISABLED": "true",
            "STARTIFACT_REGIONS": ",".join(REGIONS),
        }


def root_credentials(account: str) -> Credentials:
    """Return the credentials of an account's root user."""
    return Credentials(access_key=account, secret_key="test")


def bucket_name(account: str, region: str) -> str:
    """Return the name of the staging bucket."""
    return f"waybill-staging-{account}-{region}"


@contextmanager
def running(folder: Path, program: Path | None = None) -> Iterator[Engine]:
    """Run ministack, and stop it at the end. `folder` takes its log and whatever it writes."""
    program = program or binary()
    if program is None:
        raise FileNotFoundError("ministack is not installed: run `make test`, or set WAYBILL_TEST_MINISTACK")
    found = program

    def environment(port: int) -> dict[str, str]:
        return {
            "PATH": "/usr/bin:/bin",
            "HOME": str(folder),
            "TMPDIR": str(folder),
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(port),
            "AUTH": "true",
        }

    with serving(lambda port: [found], environment, path="/_ministack/health", folder=folder) as endpoint:
        yield Engine(endpoint)


def prepare(
    engine: Engine,
    *,
    stage_policy: Mapping[str, Any],
    accounts: Iterable[str] = (DEVELOPMENT, PRODUCTION),
    regions: Iterable[str] = REGIONS,
    parameter_prefix: str = "/artifacts",
) -> Stack:
    """Make the accounts ready: buckets, keys, parameters, the stage role with `stage_policy`, a user to assume it."""
    names, keys = tuple(regions), {}
    for account in accounts:
        for region in names:
            keys[account, region] = _prepare_region(engine, account, region, names, parameter_prefix)
    _prepare_role(engine, stage_policy)
    return Stack(engine=engine, user=_prepare_user(engine), keys=keys)


def _prepare_region(engine: Engine, account: str, region: str, regions: tuple[str, ...], prefix: str) -> str:
    kms, s3, ssm = (engine.root(account, service, region) for service in ("kms", "s3", "ssm"))
    key: str = kms.create_key()["KeyMetadata"]["Arn"]
    kms.create_alias(AliasName="alias/waybill-staging", TargetKeyId=key)
    name = bucket_name(account, region)
    place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    s3.create_bucket(Bucket=name, **place)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    s3.put_bucket_encryption(
        Bucket=name,
        ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}]
        },
    )
    configuration = {
        "regions": ",".join(regions),
        "bucket_name_param": BUCKET_PARAMETER,
        "bucket_key_prefix": "",
        "parameter_name_prefix": prefix,
        "save_ok": "yes",
    }
    ssm.put_parameter(Name=BUCKET_PARAMETER, Value=name, Type="String")
    ssm.put_parameter(Name="/startifact", Value=json.dumps(configuration), Type="String")
    return key


def _prepare_role(engine: Engine, policy: Mapping[str, Any]) -> None:
    allow = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{DEVELOPMENT}:root"}}
    condition = {"StringEquals": {"sts:ExternalId": EXTERNAL_ID}}
    iam = engine.root(PRODUCTION, "iam")
    iam.create_role(
        RoleName=STAGE_ROLE,
        AssumeRolePolicyDocument=document(
            {**allow, "Action": "sts:AssumeRole", "Condition": condition},
            {**allow, "Action": ["sts:TagSession", "sts:SetSourceIdentity"]},
        ),
    )
    iam.put_role_policy(RoleName=STAGE_ROLE, PolicyName="stage", PolicyDocument=json.dumps(policy))


def _prepare_user(engine: Engine) -> Credentials:
    iam = engine.root(DEVELOPMENT, "iam")
    iam.create_user(UserName=USER)
    allowed = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]
    iam.put_user_policy(
        UserName=USER,
        PolicyName="assume",
        PolicyDocument=document({"Effect": "Allow", "Action": allowed, "Resource": STAGE_ROLE_ARN}),
    )
    key = iam.create_access_key(UserName=USER)["AccessKey"]
    return Credentials(access_key=key["AccessKeyId"], secret_key=key["SecretAccessKey"])


def document(*statements: Mapping[str, Any]) -> str:
    """Return a policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
