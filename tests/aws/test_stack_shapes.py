"""CloudFormation's answers in our own words, where no engine gives them."""

from __future__ import annotations

import pytest

from waybill.aws.stack_shapes import change_of
from waybill.domain.setup.plan import Kind


@pytest.mark.parametrize(("kept", "loses"), [({"PolicyAction": "ReplaceAndRetain"}, False), ({}, True)])
def test_what_cloudformation_cannot_tell_before_may_be_a_replacement(kept: dict[str, str], loses: bool) -> None:
    change = change_of({"Action": "Dynamic", "LogicalResourceId": "Bucket", "ResourceType": "AWS::S3::Bucket", **kept})
    assert (change.kind, change.loses_data) == (Kind.MAY_BE_REPLACED, loses)
