"""An action that looks like a typing error is doubted; what only is not known is not."""

from __future__ import annotations

import pytest

from waybill.domain.access.calls import EXPLAIN_CALLS
from waybill.domain.iam.actions import doubt


@pytest.mark.parametrize(
    ("action", "said"),
    [
        ("codeartifact:PublishPackagVersion", "did you mean codeartifact:PublishPackageVersion?"),
        ("KMS:decript", "did you mean KMS:Decrypt?"),
        ("s3:HeadObject", "that call needs s3:GetObject."),
        ("s3:ListObjectsV2", "that call needs s3:ListBucket."),
    ],
)
def test_a_typing_error_is_doubted_with_what_was_meant(action: str, said: str) -> None:
    assert doubt(action).endswith(said)


@pytest.mark.parametrize("action", ["s3:getobject", "s3:SomethingNew", "ec2:RunInstance", "kms:*"])
def test_what_is_known_or_like_nothing_known_is_taken_as_it_is(action: str) -> None:
    assert doubt(action) == ""


def test_what_waybill_itself_asks_is_never_doubted() -> None:
    assert [call.action for call in EXPLAIN_CALLS if doubt(call.action)] == []
