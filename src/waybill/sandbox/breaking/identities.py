"""Identities that are not as they should be: who a run is, what it may do, what GitHub's jobs may take; and the clock.

The sandbox asks no identity policy before it does anything; IAM's simulation does.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from waybill.sandbox import layout
from waybill.sandbox.breaking.hands import Hands
from waybill.sandbox.breaking.kinds import Kind, kind

_POLICY: Final = "broken-on-purpose"
_PROVIDER: Final = f"arn:aws:iam::{layout.DEVELOPMENT}:oidc-provider/{layout.OIDC_ISSUER}"
_AUDIENCE: Final = "sts.amazonaws.com"
_MINUTES: Final = 20


def denied(actions: list[str], hands: Hands) -> Iterator[None]:
    """Deny the user some actions."""
    iam = hands.client("iam")
    statement = {"Effect": "Deny", "Action": actions, "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    named = {"UserName": layout.USER, "PolicyName": f"{_POLICY}-{actions[0].replace(':', '-')}"}
    iam.put_user_policy(**named, PolicyDocument=document)
    yield
    iam.delete_user_policy(**named)


def _bounded(hands: Hands) -> Iterator[None]:
    iam = hands.client("iam")
    statement = {"Effect": "Allow", "NotAction": "ssm:PutParameter", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    arn = iam.create_policy(PolicyName=_POLICY, PolicyDocument=document)["Policy"]["Arn"]
    iam.put_user_permissions_boundary(UserName=layout.USER, PermissionsBoundary=arn)
    yield
    iam.delete_user_permissions_boundary(UserName=layout.USER)
    iam.delete_policy(PolicyArn=arn)


def _no_provider(hands: Hands) -> Iterator[None]:
    iam = hands.client("iam")
    iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=_PROVIDER)
    yield
    iam.create_open_id_connect_provider(
        Url=f"https://{layout.OIDC_ISSUER}", ClientIDList=[_AUDIENCE], ThumbprintList=["0" * 40]
    )


def _other_audience(hands: Hands) -> Iterator[None]:
    iam = hands.client("iam")
    arn: dict[str, Any] = {"OpenIDConnectProviderArn": _PROVIDER}
    iam.add_client_id_to_open_id_connect_provider(**arn, ClientID="https://github.com/acme")
    iam.remove_client_id_from_open_id_connect_provider(**arn, ClientID=_AUDIENCE)
    yield
    iam.add_client_id_to_open_id_connect_provider(**arn, ClientID=_AUDIENCE)
    iam.remove_client_id_from_open_id_connect_provider(**arn, ClientID="https://github.com/acme")


def _literal_subject(hands: Hands) -> Iterator[None]:
    iam = hands.client("iam")
    document = json.loads(layout.oidc_trust())
    condition = document["Statement"][0]["Condition"]
    condition["StringEquals"] |= condition.pop("StringLike")
    iam.update_assume_role_policy(RoleName=layout.OIDC_ROLE, PolicyDocument=json.dumps(document))
    yield
    iam.update_assume_role_policy(RoleName=layout.OIDC_ROLE, PolicyDocument=layout.oidc_trust())


def _late(hands: Hands) -> Iterator[None]:
    hands.disturb("POST", {"clock": _MINUTES * 60})
    yield
    hands.disturb("POST", {"clock": 0})


def _nothing(hands: Hands) -> Iterator[None]:
    yield


KINDS: Final[tuple[Kind, ...]] = (
    Kind(name="root", says="the command has root's access key", breaks=_nothing, identity="root"),
    kind("parameter-read", "the user is denied to read parameters", partial(denied, ["ssm:GetParameter"])),
    kind("parameter-write", "the user is denied to write parameters", partial(denied, ["ssm:PutParameter"])),
    kind("objects", "the user is denied to put objects", partial(denied, ["s3:PutObject"])),
    kind("listing", "the user is denied to list buckets", partial(denied, ["s3:ListBucket"])),
    kind("decrypt", "the user is denied to decrypt", partial(denied, ["kms:Decrypt"])),
    kind(
        "pipeline-start",
        "the user is denied to start pipelines",
        partial(denied, ["codepipeline:StartPipelineExecution"]),
    ),
    kind("boundary", "the user's permissions boundary does not let parameters be written", _bounded),
    kind("oidc-provider", "GitHub's identity provider is not there", _no_provider),
    kind("oidc-audience", "GitHub's identity provider is for another audience", _other_audience),
    kind("oidc-subject", "a trust policy compares subjects with `*` letter by letter", _literal_subject),
    kind("clock", f"AWS's clock is {_MINUTES} minutes ahead of this machine's", _late),
)
