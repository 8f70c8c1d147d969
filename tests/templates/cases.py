"""The parameters that matter of every template: each of its conditions is true in one case and false in another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

KEY: Final = "arn:aws:kms:eu-west-1:222222222222:key/mrk-0123456789abcdef0123456789abcdef"

CASES: Final[Mapping[str, Mapping[str, Mapping[str, str]]]] = {
    "region": {
        "the home region of development": {
            "HomeRegion": "us-east-1",
            "ReaderAccounts": "222222222222,333333333333",
        },
        "the home region of production": {
            "HomeRegion": "us-east-1",
            "SourceAccount": "111111111111",
            "PipelineAccount": "111111111111",
            "OutputBucketArns": "arn:aws:s3:::pages-one,arn:aws:s3:::pages-two",
            "EnforceConditionalWrites": "yes",
        },
        "another region, replicated": {
            "HomeRegion": "eu-west-1",
            "PrimaryKeyArn": KEY,
            "KeyPrefix": "artifacts/",
            "ReaderAccounts": "222222222222",
            "ReplicaBucketArn": "arn:aws:s3:::replica",
            "ReplicaKeyArn": KEY,
        },
    },
}
