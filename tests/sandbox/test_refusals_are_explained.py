"""What the sandbox refuses, it refuses as AWS would say it: the same explainer tells whose policy it is.

Lax: nobody is refused by an identity policy, a boundary, a session policy, an organisation or an endpoint.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from waybill.aws.meanings import Asked, meaning
from waybill.errors import AccessDenied
from waybill.sandbox import layout

pytestmark = pytest.mark.engine

REGION = layout.HOME_REGION
DEVELOPMENT, PRODUCTION = layout.DEVELOPMENT, layout.PRODUCTION
USER = f"arn:aws:iam::{DEVELOPMENT}:user/waybill-sandbox"


def explained(call: Callable[..., object], asked: Asked, **request: Any) -> AccessDenied:
    with pytest.raises(ClientError) as caught:
        call(**request)
    error = meaning(asked, caught.value, USER)
    assert isinstance(error, AccessDenied), error
    return error


def policies(error: AccessDenied) -> list[tuple[str, str]]:
    return [(each["policy"], each["account"]) for each in error.refused.missing]


@contextmanager
def bucket(clients: Any, *statements: dict[str, Any]) -> Iterator[str]:
    """A bucket of the user's own, with a policy."""
    name, s3 = f"bucket-{uuid4().hex}", clients.user("s3")
    s3.create_bucket(Bucket=name)
    document = [{"Principal": "*", "Resource": f"arn:aws:s3:::{name}/*", **each} for each in statements]
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": document}))
    yield name
    s3.delete_bucket_policy(Bucket=name)
    s3.delete_bucket(Bucket=name)


def test_a_bucket_of_another_account_needs_both_sides(clients: Any) -> None:
    name = layout.bucket(PRODUCTION, REGION)
    arn = f"arn:aws:s3:::{name}/k"
    asked = Asked(action="s3:GetObject", resource=arn, where=f"s3://{name}/k", owner=PRODUCTION)
    error = explained(clients.user("s3").get_object, asked, Bucket=name, Key="k")
    assert (error.refused.side, policies(error)) == (
        "resource",
        [("bucket policy", PRODUCTION), ("identity policy", DEVELOPMENT)],
    )
    assert f"across accounts ({DEVELOPMENT} asks {PRODUCTION})" in error.refused.likely


def test_a_bucket_policy_that_denies_is_told(clients: Any) -> None:
    with bucket(clients, {"Effect": "Deny", "Action": "s3:PutObject"}) as name:
        arn = f"arn:aws:s3:::{name}/k"
        asked = Asked(action="s3:PutObject", resource=arn, where="there", owner=DEVELOPMENT)
        error = explained(clients.user("s3").put_object, asked, Bucket=name, Key="k", Body=b"")
    assert (error.resource, error.refused.side, error.refused.explicit) == (arn, "resource", True)
    place = f"the bucket policy of arn:aws:s3:::{name} (account {DEVELOPMENT})"
    assert error.what.endswith(f"denied by a statement of {place}: a denial wins over whatever allows.")


def test_a_trust_policy_that_lets_nobody_in_is_told(clients: Any) -> None:
    asked = Asked(action="sts:AssumeRole", resource=layout.STAGE_ROLE_ARN, where="role")
    request = {"RoleArn": layout.STAGE_ROLE_ARN, "RoleSessionName": "run-42", "ExternalId": "another"}
    error = explained(clients.user("sts").assume_role, asked, **request)
    assert (error.caller, error.refused.side) == (USER, "trust")
    assert policies(error)[0] == ("trust policy", PRODUCTION)


def test_a_package_of_another_account_names_its_policies(clients: Any) -> None:
    other = clients.user("codeartifact", account=PRODUCTION)
    arn = f"arn:aws:codeartifact:{REGION}:{DEVELOPMENT}:repository/{layout.PACKAGE_DOMAIN}/{layout.PACKAGE_REPOSITORY}"
    asked = Asked(action="codeartifact:DescribeRepository", resource=arn, where="repository")
    names = {"domain": layout.PACKAGE_DOMAIN, "repository": layout.PACKAGE_REPOSITORY, "domainOwner": DEVELOPMENT}
    error = explained(other.describe_repository, asked, **names)
    assert (error.resource, error.refused.side, error.refused.likely) == (arn, "resource", "")
    assert policies(error) == [("repository policy", DEVELOPMENT)]
    assert error.caller.startswith(f"arn:aws:iam::{PRODUCTION}:")


def test_a_key_policy_that_denies_is_told(clients: Any) -> None:
    kms = clients.user("kms")
    deny = {"Effect": "Deny", "Principal": "*", "Action": "kms:GenerateDataKey", "Resource": "*"}
    own = {"Effect": "Allow", "Principal": {"AWS": DEVELOPMENT}, "Action": "kms:*", "Resource": "*"}
    key = kms.create_key(Policy=json.dumps({"Version": "2012-10-17", "Statement": [own, deny]}))["KeyMetadata"]["Arn"]
    asked = Asked(action="kms:GenerateDataKey", resource=key, where="key")
    error = explained(kms.generate_data_key, asked, KeyId=key, KeySpec="AES_256")
    assert (error.resource, error.refused.side, error.refused.explicit) == (key, "key", True)
