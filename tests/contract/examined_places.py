"""Where the contract of doctor's looks is tried: development's account behind the ports, and what others do there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

from contract.pipeline_places import FakePipelinePlace, SandboxPlace, Wanted, ambient_account
from engines import ministack
from fakes.aws import DEVELOPMENT, FakeAws
from waybill.domain.arns import KeyArn
from waybill.domain.doctor.facts import Role
from waybill.domain.policy import published_stage_policy
from waybill.ports.account import Account

REGION = "us-east-1"
ISSUER = "token.actions.githubusercontent.com"


class ExaminedPlace(Protocol):
    """One engine, as a user of development who may do everything sees it."""

    @property
    def account(self) -> Account:
        """The account behind the ports."""

    @property
    def environment(self) -> dict[str, str]:
        """The variables under which clients are made."""

    @property
    def user(self) -> str:
        """The ARN of whoever looks."""

    def put(self, name: str, *values: str) -> None:
        """Put values of a parameter, one after the other."""

    def label(self, name: str, label: str) -> None:
        """Label the oldest version of a parameter."""

    def key(self, policy: str) -> KeyArn:
        """Make a key that has an alias, `alias/` and its id."""

    def disable(self, key: KeyArn) -> None:
        """Disable a key."""

    def refuse(self, key: KeyArn) -> None:
        """Have a key's policy deny the user to make data keys."""

    def bucket(self) -> str:
        """Make a bucket."""

    def role(self, name: str, trust: str, longest: int) -> str:
        """Make a role below the path `/waybill/`; returns its ARN."""

    def provider(self, audience: str) -> str:
        """Make GitHub's provider, where it is not there; returns its ARN."""

    def principal(self, name: str, action: str) -> str:
        """Make a role that may do one thing on anything; returns its ARN."""

    def pipeline(self) -> str:
        """Make a pipeline."""


@dataclass(slots=True)
class FakeExaminedPlace:
    """The fake."""

    world: FakeAws = field(default_factory=FakeAws.prepared)
    environment: dict[str, str] = field(default_factory=dict)
    user: str = f"arn:aws:iam::{DEVELOPMENT}:user/ada"

    @property
    def account(self) -> Account:
        return self.world.account(DEVELOPMENT, arn=self.user)

    def put(self, name: str, *values: str) -> None:
        self.world.set_parameter(REGION, DEVELOPMENT, name, *values)

    def label(self, name: str, label: str) -> None:
        self.world.examined[DEVELOPMENT].labels[name] = (label,)

    def key(self, policy: str) -> KeyArn:
        made = self.world.add_key(REGION, DEVELOPMENT)
        self.world.kms.aliases[alias(made).text] = made
        self.world.examined[DEVELOPMENT].policies[made.text] = policy
        return made

    def disable(self, key: KeyArn) -> None:
        self.world.examined[DEVELOPMENT].states[key.text] = "Disabled"

    def refuse(self, key: KeyArn) -> None:
        self.world.deny("try-key", key=key.text)

    def bucket(self) -> str:
        name = new("bucket")
        self.world.add_bucket(REGION, name, owner=DEVELOPMENT)
        return name

    def role(self, name: str, trust: str, longest: int) -> str:
        arn = f"arn:aws:iam::{DEVELOPMENT}:role/waybill/{name}"
        self.world.examined[DEVELOPMENT].roles[name] = Role(arn=arn, trust=trust, longest=longest)
        return arn

    def provider(self, audience: str) -> str:
        arn = f"arn:aws:iam::{DEVELOPMENT}:oidc-provider/{ISSUER}"
        self.world.examined[DEVELOPMENT].providers[arn] = [audience]
        return arn

    def principal(self, name: str, action: str) -> str:
        examined = self.world.examined[DEVELOPMENT]
        examined.denied = frozenset({"s3:GetObject", "s3:PutObject"} - {action})
        return self.role(name, "{}", 3600)

    def pipeline(self) -> str:
        return FakePipelinePlace(self.world).make(Wanted())


@dataclass(slots=True)
class EngineExaminedPlace:
    """An engine, through Waybill's own adapters; `client` is the user's, `pipelines` where CodePipeline is known."""

    account: Account
    environment: dict[str, str]
    user: str
    client: Callable[[str], Any]
    pipelines: SandboxPlace | None = None

    def put(self, name: str, *values: str) -> None:
        for value in values:
            self.client("ssm").put_parameter(Name=name, Value=value, Type="String", Overwrite=True)

    def label(self, name: str, label: str) -> None:
        kept = self.client("ssm").get_parameter_history(Name=name, MaxResults=1)["Parameters"]
        self.client("ssm").label_parameter_version(Name=name, ParameterVersion=kept[0]["Version"], Labels=[label])

    def key(self, policy: str) -> KeyArn:
        kms = self.client("kms")
        made = KeyArn.parse(kms.create_key(Policy=policy)["KeyMetadata"]["Arn"])
        kms.create_alias(AliasName=alias(made).text.rpartition(":")[2], TargetKeyId=identifier(made))
        return made

    def disable(self, key: KeyArn) -> None:
        self.client("kms").disable_key(KeyId=identifier(key))

    def refuse(self, key: KeyArn) -> None:
        document = json.loads(self.client("kms").get_key_policy(KeyId=identifier(key), PolicyName="default")["Policy"])
        denial = {"Effect": "Deny", "Principal": {"AWS": self.user}, "Action": "kms:GenerateDataKey", "Resource": "*"}
        document["Statement"].append(denial)
        self.client("kms").put_key_policy(KeyId=identifier(key), PolicyName="default", Policy=json.dumps(document))

    def bucket(self) -> str:
        name = new("bucket")
        self.client("s3").create_bucket(Bucket=name)
        return name

    def role(self, name: str, trust: str, longest: int) -> str:
        made = self.client("iam").create_role(
            RoleName=name, Path="/waybill/", AssumeRolePolicyDocument=trust, MaxSessionDuration=longest
        )
        return str(made["Role"]["Arn"])

    def provider(self, audience: str) -> str:
        iam = self.client("iam")
        arn = f"arn:aws:iam::{DEVELOPMENT}:oidc-provider/{ISSUER}"
        known = [one["Arn"] for one in iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]]
        if arn not in known:
            iam.create_open_id_connect_provider(
                Url=f"https://{ISSUER}", ClientIDList=[audience], ThumbprintList=["0" * 40]
            )
        return arn

    def principal(self, name: str, action: str) -> str:
        # ministack simulates nothing for a role that has a path.
        made = self.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=trusting())
        document = ministack.document({"Effect": "Allow", "Action": action, "Resource": "*"})
        self.client("iam").put_role_policy(RoleName=name, PolicyName="one", PolicyDocument=document)
        return str(made["Role"]["Arn"])

    def pipeline(self) -> str:
        assert self.pipelines is not None
        return self.pipelines.make(Wanted())


def in_the_sandbox(place: SandboxPlace) -> EngineExaminedPlace:
    """Return a place in a sandbox that was started."""
    from waybill.sandbox import layout

    user = f"arn:aws:iam::{DEVELOPMENT}:user/{layout.USER}"
    return EngineExaminedPlace(place.account, place.environment, user, place.client, place)


@contextmanager
def in_ministack(folder: Path) -> Iterator[EngineExaminedPlace]:
    """Start ministack, with a user who may do everything."""
    with ministack.running(folder) as engine:
        stack = ministack.prepare(engine, stage_policy=published_stage_policy())
        iam, name = engine.root(DEVELOPMENT, "iam"), "examiner"
        user = iam.create_user(UserName=name)["User"]["Arn"]
        everything = ministack.document({"Effect": "Allow", "Action": "*", "Resource": "*"})
        iam.put_user_policy(UserName=name, PolicyName="everything", PolicyDocument=everything)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        own = ministack.Credentials(access_key=key["AccessKeyId"], secret_key=key["SecretAccessKey"])
        environment = replace(stack, user=own).environment()
        yield EngineExaminedPlace(
            ambient_account(environment), environment, user, lambda service: engine.client(own, service, REGION)
        )


def new(what: str) -> str:
    """Return a name that nobody used."""
    return f"contract-{what}-{uuid4().hex[:12]}"


def identifier(key: KeyArn) -> str:
    """Return a key's id."""
    return key.text.rpartition("/")[2]


def alias(key: KeyArn) -> KeyArn:
    """Return the alias that a key is given here."""
    return KeyArn.parse(f"arn:aws:kms:{REGION}:{DEVELOPMENT}:alias/contract-{identifier(key)}")


def trusting() -> str:
    """Return a trust policy of the account itself."""
    root = {"AWS": f"arn:aws:iam::{DEVELOPMENT}:root"}
    return ministack.document({"Effect": "Allow", "Principal": root, "Action": "sts:AssumeRole"})
