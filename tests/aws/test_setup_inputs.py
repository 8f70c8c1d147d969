"""What AWS refuses of what the file makes is a fault of the file, by its input's name."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from waybill.aws.meanings import Asked, meaning
from waybill.errors import InputError


@pytest.mark.parametrize("action", ["cloudformation:CreateChangeSet", "iam:CreateAccountAlias", "ecr:ListImages"])
def test_a_refused_argument_is_a_fault_of_the_file(action: str) -> None:
    said = {"Error": {"Code": "ValidationError", "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": 400}}
    error = ClientError(said, action.partition(":")[2])
    found = meaning(Asked(action=action, resource="arn:aws:x", where="there"), error, "")
    assert isinstance(found, InputError)
    assert [fault.name for fault in found.faults] == ["config"]
