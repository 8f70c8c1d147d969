"""A tiny evaluator of IAM policies, and what each call of the ports needs of one."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fakes.aws import bucket_name
from fakes.calls import Call
from promises.stand import Stand
from waybill.domain.arns import KeyArn
from waybill.domain.calls import On


@dataclass(frozen=True, slots=True)
class Need:
    """One permission that AWS looks for. `on` is the table's word for the resource."""

    action: str
    resource: str
    on: On
    context: Mapping[str, str] = field(default_factory=dict)


def allows(policy: str, need: Need) -> bool:
    """Whether a policy document allows this; it may hold nothing but what `waybill.domain.policy` writes."""
    return any(_applies(statement, need) for statement in json.loads(policy)["Statement"])


def _applies(statement: dict[str, Any], need: Need) -> bool:
    assert set(statement) <= {"Effect", "Action", "Resource", "Condition", "Sid"}
    assert statement["Effect"] == "Allow"
    return (
        any(_like(pattern.lower(), need.action.lower()) for pattern in _many(statement["Action"]))
        and any(_like(pattern, need.resource) for pattern in _many(statement["Resource"]))
        and all(_holds(operator, keys, need.context) for operator, keys in statement.get("Condition", {}).items())
    )


def _holds(operator: str, keys: dict[str, Any], context: Mapping[str, str]) -> bool:
    matches = {"StringLikeIfExists": _like, "StringEqualsIfExists": str.__eq__}[operator]
    return all(
        key not in context or any(matches(pattern, context[key]) for pattern in _many(patterns))
        for key, patterns in keys.items()
    )


def _like(pattern: str, text: str) -> bool:
    parts = (".*" if part == "*" else "." if part == "?" else re.escape(part) for part in re.split(r"([*?])", pattern))
    return re.fullmatch("".join(parts), text, re.DOTALL) is not None


def _many(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


READS = {"head", "read", "stream"}
PUTS = {"put", "begin", "send", "complete"}


def needs_of(call: Call, stand: Stand) -> list[Need]:
    """Return what AWS asks of the caller for one call of a port."""
    bucket, owner = f"arn:aws:s3:::{bucket_name(call.account, call.region)}", {"aws:ResourceAccount": call.account}
    if call.call in READS | PUTS | {"abort"}:
        on = On.EVENTS if "/events/" in call.name and call.call in READS else On.VERSION
        action = "s3:PutObject" if call.call in PUTS else "s3:GetObject"
        action = "s3:AbortMultipartUpload" if call.call == "abort" else action
        needs = [Need(action, f"{bucket}/{call.name}", on, owner)]
        if call.call in READS:
            # Whether a missing key may be called missing is judged without a prefix.
            needs += [Need("s3:ListBucket", bucket, On.LISTING, owner)]
        return needs + [Need(f"kms:{verb}", key(call, stand).text, On.KEY) for verb in _encryption(call.call)]
    if call.call == "list":
        return [Need("s3:ListBucket", bucket, On.LISTING, owner | {"s3:prefix": call.name})]
    if call.call == "default-encryption":
        return [Need("s3:GetEncryptionConfiguration", bucket, On.BUCKET, owner)]
    if call.call == "resolve":
        return [Need("kms:DescribeKey", key(call, stand).text, On.KEY)]
    actions = {
        "get-parameter": ("ssm:GetParameter", On.CONFIGURATION),
        "history": ("ssm:GetParameterHistory", On.CHANNEL),
        "put-parameter": ("ssm:PutParameter", On.CHANNEL),
    }
    if call.call in actions:
        action, on = actions[call.call]
        name = call.name if call.name.startswith("/") else f"/{call.name}"
        return [Need(action, f"arn:aws:ssm:{call.region}:{call.account}:parameter{name}", on)]
    assert call.call in {"caller", "enter"}, call
    return []


def _encryption(call: str) -> list[str]:
    if call in READS - {"head"}:
        return ["Decrypt"]
    return {"put": ["GenerateDataKey"], "abort": [], "head": []}.get(call, ["GenerateDataKey", "Decrypt"])


def key(call: Call, stand: Stand) -> KeyArn:
    """Return the key of the region's bucket."""
    default = stand.world.buckets[bucket_name(call.account, call.region)].default.key
    assert default is not None
    arn = KeyArn.normalise(default, partition="aws", region=call.region, account=call.account)
    found = stand.world.kms.behind(arn)
    assert found is not None
    return found
