"""Generated questions of access: of users and sessions, with small documents, half of which is near what is asked.

A case is drawn from a number, so that it is the same at every run.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from engines.ministack import DEVELOPMENT, PRODUCTION, REGIONS
from waybill.domain.iam.context import Value
from waybill.domain.iam.documents import Kind

REGION = REGIONS[0]
USER = f"arn:aws:iam::{DEVELOPMENT}:user/bob"
ROLE = f"arn:aws:iam::{DEVELOPMENT}:role/worker"
SESSION = f"arn:aws:sts::{DEVELOPMENT}:assumed-role/worker/run-1"
ROOT = f"arn:aws:iam::{DEVELOPMENT}:root"
STRANGER = f"arn:aws:iam::{DEVELOPMENT}:user/eve"
BUCKET = "judged"

Body = dict[str, Any]
Call = Callable[[Any], object]


@dataclass(frozen=True)
class Asked:
    """One call: its action and resource as policies know them, how a client makes it, and what it says of itself."""

    service: str
    action: str
    resource: str
    call: Call
    kind: Kind | None
    says: Mapping[str, Value]
    owner: str = DEVELOPMENT


@dataclass(frozen=True)
class Case:
    """A question. `session`, `boundary` and `own` are None where there is no such policy."""

    number: int
    caller: str
    asked: Asked
    identity: list[Body]
    boundary: list[Body] | None
    session: list[Body] | None
    own: list[Body] | None

    def __str__(self) -> str:
        return f"{self.number} {self.caller.rpartition(':')[2].split('/')[0]} {self.asked.action}"

    def documents(self) -> Mapping[str, list[Body] | None]:
        return {"identity": self.identity, "boundary": self.boundary, "session": self.session, "own": self.own}


def calls(key: str) -> list[Asked]:
    """Return the calls that cases are made of; `key` is the ARN of a key whose policy can be put."""
    bucket = f"arn:aws:s3:::{BUCKET}"
    parameter = f"arn:aws:ssm:{REGION}:{DEVELOPMENT}:parameter"
    roles = {account: f"arn:aws:iam::{account}:role/deploy" for account in (DEVELOPMENT, PRODUCTION)}

    def read(name: str) -> Asked:
        return Asked(
            "s3",
            "s3:GetObject",
            f"{bucket}/{name}",
            lambda client: client.get_object(Bucket=BUCKET, Key=name),
            Kind.BUCKET,
            {},
        )

    def listed(prefix: str) -> Asked:
        return Asked(
            "s3",
            "s3:ListBucket",
            bucket,
            lambda client: client.list_objects_v2(Bucket=BUCKET, Prefix=prefix),
            Kind.BUCKET,
            {"s3:prefix": prefix},
        )

    def got(name: str) -> Asked:
        return Asked(
            "ssm",
            "ssm:GetParameter",
            f"{parameter}{name}",
            lambda client: client.get_parameter(Name=name),
            None,
            {},
        )

    def assumed(account: str, external_id: str | None) -> Asked:
        more = {"ExternalId": external_id} if external_id else {}
        return Asked(
            "sts",
            "sts:AssumeRole",
            roles[account],
            lambda client: client.assume_role(RoleArn=roles[account], RoleSessionName="judged", **more),
            Kind.TRUST,
            {"sts:externalid": external_id, "sts:rolesessionname": "judged"},
            owner=account,
        )

    return [
        read("team/a.txt"),
        read("other/b.txt"),
        listed("team/"),
        listed("other/"),
        Asked(
            "s3",
            "s3:PutObject",
            f"{bucket}/team/new.txt",
            lambda client: client.put_object(Bucket=BUCKET, Key="team/new.txt", Body=b""),
            Kind.BUCKET,
            {},
        ),
        got("/team/app"),
        got("/other/app"),
        Asked(
            "ssm",
            "ssm:PutParameter",
            f"{parameter}/team/app",
            lambda client: client.put_parameter(Name="/team/app", Value="x", Type="String", Overwrite=True),
            None,
            {},
        ),
        Asked(
            "kms",
            "kms:Encrypt",
            key,
            lambda client: client.encrypt(KeyId=key, Plaintext=b"x"),
            Kind.KEY,
            {},
        ),
        Asked(
            "kms",
            "kms:GenerateDataKey",
            key,
            lambda client: client.generate_data_key(KeyId=key, KeySpec="AES_256"),
            Kind.KEY,
            {},
        ),
        Asked("kms", "kms:DescribeKey", key, lambda client: client.describe_key(KeyId=key), Kind.KEY, {}),
        assumed(DEVELOPMENT, None),
        assumed(PRODUCTION, None),
        assumed(PRODUCTION, "acme"),
    ]


def drawn(number: int, among: list[Asked]) -> Case:
    """Return the case of a number."""
    random = Random(number)
    asked = among[number % len(among)]
    caller = random.choice([USER, SESSION])
    own = asked.kind is not None and (asked.kind in {Kind.TRUST, Kind.KEY} or random.random() < 0.6)

    def some(most: int, *, principals: bool = False, least: int = 0) -> list[Body]:
        return [_statement(random, asked, principals=principals) for _ in range(random.randint(least, most))]

    return Case(
        number=number,
        caller=caller,
        asked=asked,
        identity=some(3),
        boundary=some(2, least=1) if random.random() < 0.25 else None,
        session=some(2, least=1) if caller == SESSION and random.random() < 0.4 else None,
        own=some(3, principals=True, least=1) if own else None,
    )


def _statement(random: Random, asked: Asked, *, principals: bool) -> Body:
    service, name = asked.action.split(":")
    said: Body = {"Effect": "Allow" if random.random() < 0.85 else "Deny"}
    if principals:
        said["Principal"] = random.choice(
            ["*", *({"AWS": who} for who in (USER, ROLE, ROOT, DEVELOPMENT, [STRANGER, USER], SESSION, STRANGER, "*"))]
        )
        if said["Effect"] == "Deny" and asked.kind is not Kind.TRUST and random.random() < 0.4:
            del said["Principal"]
            said["NotPrincipal"] = {"AWS": [ROOT, random.choice([USER, ROLE, STRANGER])]}
    actions = [asked.action, f"{service}:*", f"{service}:{name[:3]}*", asked.action.upper(), "*", f"{service}:Delete*"]
    likely = [asked.action, [asked.action, f"{service}:List*"], f"{service}:*"]
    said[_turned(random, "Action")] = random.choice([*actions, *likely * 3, "sns:*"])
    if asked.kind is not Kind.TRUST or not principals:
        said[_turned(random, "Resource")] = _resource(random, asked, own=principals)
    if random.random() < 0.4:
        said["Condition"] = _condition(random, asked)
    return said


def _turned(random: Random, element: str) -> str:
    return f"Not{element}" if random.random() < 0.12 else element


def _resource(random: Random, asked: Asked, *, own: bool) -> Any:
    sign = "/" if "/" in asked.resource else ":"
    head, _, last = asked.resource.rpartition(sign)
    head += sign
    near = [asked.resource, f"{head}*", f"{asked.resource}*", f"{head}?{last[1:]}", f"{asked.resource}?"]
    if own and asked.kind is Kind.BUCKET:  # a bucket's policy speaks of that bucket
        bucket = f"arn:aws:s3:::{BUCKET}"
        return random.choice([*near, [bucket, f"{bucket}/*"], f"{bucket}/team/*", f"{bucket}*"])
    parts = asked.resource.split(":")
    wide = ":".join([*parts[:3], "*", "*", parts[5]])
    both = [asked.resource, "arn:aws:sns:*:*:*"]
    if random.random() < 0.06:
        return f"{head}${{aws:PrincipalTag/team, '{last}'}}"
    return random.choice([*near, *["*", wide, asked.resource, both] * 2, "arn:aws:sns:*:*:*"])


def _condition(random: Random, asked: Asked) -> Body:
    choices: list[Body] = [
        {"Bool": {"aws:SecureTransport": random.choice(["true", "false"])}},
        {"IpAddress": {"aws:SourceIp": random.choice(["127.0.0.0/8", "10.0.0.0/8"])}},
        {"NotIpAddress": {"aws:SourceIp": ["127.0.0.1", "10.0.0.0/8"]}},
        {"StringEquals": {"aws:PrincipalAccount": random.choice([DEVELOPMENT, PRODUCTION])}},
        {"StringNotEquals": {"aws:PrincipalAccount": [DEVELOPMENT, PRODUCTION]}},
        {"StringLike": {"aws:RequestedRegion": ["us-*", "eu-*"]}},
        {"StringNotLike": {"aws:RequestedRegion": "us-????-1"}},
        {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{DEVELOPMENT}:user/*"}},
        {"ArnNotLike": {"aws:PrincipalArn": f"arn:aws:iam::{DEVELOPMENT}:user/*"}},
        {"StringEqualsIgnoreCase": {"aws:username": "BOB"}},
        {"StringEqualsIfExists": {"aws:username": "bob"}},
        {"Null": {"aws:username": random.choice(["true", "false"])}},
        {"DateGreaterThan": {"aws:CurrentTime": random.choice(["2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z"])}},
        {"NumericLessThan": {"aws:EpochTime": random.choice(["1000000000", "9000000000"])}},
        {"StringEquals": {"aws:PrincipalTag/team": "blue"}},
        {"ForAnyValue:StringEquals": {"aws:TagKeys": "team"}},
        {"ForAllValues:StringEquals": {"aws:TagKeys": "team"}},
    ]
    if asked.says:
        key, value = next(iter(asked.says.items()))
        choices += [
            {"StringEquals": {key: str(value)}},
            {"StringLike": {key: ["te*", "ac*"]}},
            {"StringNotEquals": {key: "team/"}},
            {"Null": {key: "true"}},
        ] * 2
    chosen = random.choice(choices)
    return {**chosen, **random.choice(choices)} if random.random() < 0.15 else chosen


def text(statements: list[Body]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})
