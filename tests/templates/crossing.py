"""How an artifact bucket and its key let the production account in."""

from __future__ import annotations

from typing import Any

from templates.reading import Stack, by_sid, listed

ROLE = {"aws:PrincipalArn": "arn:aws:iam::222222222222:role/prods3role"}


def crosses_into_production(stack: Stack) -> None:
    key = by_sid(stack.properties("Key")["KeyPolicy"])["Production"]
    policy = by_sid(stack.properties("ArtifactBucketPolicy")["PolicyDocument"])
    for statement in (key, policy["ProductionReads"], policy["ProductionLists"]):
        assert statement["Principal"] == {"AWS": "arn:aws:iam::222222222222:root"}
        assert statement["Condition"] == {"ArnEquals": ROLE}
    assert {"kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"} <= set(key["Action"])
    assert not [action for action in key["Action"] if "*" in action]
    assert policy["ProductionReads"]["Action"] == ["s3:GetObject", "s3:GetObjectVersion"]
    assert policy["ProductionReads"]["Resource"] == "<ArtifactBucket.Arn>/*"
    assert "s3:ListBucket" in policy["ProductionLists"]["Action"]
    assert policy["ProductionLists"]["Resource"] == "<ArtifactBucket.Arn>"
    assert not [action for one in policy.values() if one["Effect"] == "Allow" for action in writing(one)]


def writing(statement: dict[str, Any]) -> list[str]:
    return [action for action in listed(statement["Action"]) if "Put" in action or "Delete" in action]
