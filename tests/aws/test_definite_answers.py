"""What AWS refuses for good is nobody's bug: it has a code of the contract, AWS's words, and what to do about it."""

from __future__ import annotations

import pytest

from aws.answers import KEY, OBJECT, SESSION, client_error
from waybill.aws.meanings import Asked, meaning
from waybill.errors import AccessDenied, ArtifactError, ConflictError, IdentityError, InputError, WaybillError

S3 = Asked(action="s3:PutObject", resource=OBJECT, where="s3://acme-staging/SugarWater@1.2.3 in us-east-1", key=KEY)
SSM = Asked(
    action="ssm:PutParameter",
    resource="arn:aws:ssm:us-east-1:222222222222:parameter/artifacts/SugarWater/latest",
    where="parameter /artifacts/SugarWater/latest in us-east-1",
)
KMS = Asked(action="kms:DescribeKey", resource=KEY, where=f"key {KEY} in us-east-1")
STS = Asked(action="sts:AssumeRole", resource="arn:aws:iam::222222222222:role/r", where="role r")
SAID = "So says AWS"


def meant(asked: Asked, code: str, status: int) -> WaybillError:
    return meaning(asked, client_error(code, SAID, status=status), SESSION)


ANSWERS: list[tuple[Asked, str, int, type[WaybillError], str]] = [
    (S3, "InvalidArgument", 400, InputError, "kms-key"),
    (S3, "MalformedXML", 400, InputError, "kms-key"),
    (S3, "InvalidRequest", 400, InputError, "kms-key"),
    (S3, "KeyTooLongError", 400, InputError, "key-prefix"),
    (S3, "MethodNotAllowed", 405, InputError, "bucket-parameter"),
    (S3, "NotImplemented", 501, InputError, "bucket-parameter"),
    (S3, "400", 400, InputError, "bucket-parameter"),
    (S3, "KMS.NotFoundException", 400, InputError, "kms-key"),
    (S3, "KMS.InvalidKeyUsageException", 400, InputError, "kms-key"),
    (SSM, "ValidationException", 400, InputError, "parameter-prefix"),
    (SSM, "ParameterLimitExceeded", 400, InputError, "quota"),
    (SSM, "ParameterPatternMismatchException", 400, InputError, "AllowedPattern"),
    (SSM, "HierarchyLevelLimitExceededException", 400, InputError, "15 levels"),
    (KMS, "InvalidArnException", 400, InputError, "kms-key"),
    (STS, "InvalidParameterValue", 400, InputError, "role-duration"),
    (S3, "KMS.DisabledException", 400, IdentityError, "Enable the key"),
    (S3, "KMS.KMSInvalidStateException", 400, IdentityError, "cancel its deletion"),
    (KMS, "DisabledException", 400, IdentityError, "`kms-key`"),
    (KMS, "KMSInvalidStateException", 400, IdentityError, "`kms-key`"),
    (S3, "OptInRequired", 403, IdentityError, "`regions`"),
    (SSM, "SubscriptionRequiredException", 400, IdentityError, "`regions`"),
    (S3, "NotSignedUp", 403, IdentityError, "Sign the account up"),
    (STS, "RegionDisabledException", 403, IdentityError, "enable the region"),
    (S3, "AccountProblem", 403, IdentityError, "AWS Support"),
    (S3, "AllAccessDisabled", 403, IdentityError, "AWS Support"),
    (S3, "RequestTimeTooSkewed", 403, IdentityError, "clock"),
    (S3, "SomethingNew", 403, IdentityError, "not for a policy"),
    (S3, "SomethingNew", 401, IdentityError, "not for a policy"),
    (S3, "InvalidObjectState", 403, ArtifactError, "restore it"),
    (S3, "EntityTooLarge", 400, ArtifactError, "large"),
    (S3, "EntityTooSmall", 400, ArtifactError, "run again"),
    (S3, "InvalidPart", 400, ArtifactError, "run again"),
    (S3, "InvalidPartOrder", 400, ArtifactError, "run again"),
    (S3, "SomethingNew", 413, ArtifactError, "larger"),
    (SSM, "HierarchyTypeMismatchException", 400, ConflictError, "`channel`"),
    (SSM, "UnsupportedParameterType", 400, ConflictError, "`channel`"),
    (SSM, "ParameterMaxVersionLimitExceeded", 400, ConflictError, "label"),
    (S3, "InvalidBucketState", 409, ConflictError, "run again"),
]


@pytest.mark.parametrize(("asked", "code", "status", "kind", "advice"), ANSWERS)
def test_a_definite_answer_has_its_kind_and_says_what_aws_said_and_what_to_do(
    asked: Asked, code: str, status: int, kind: type[WaybillError], advice: str
) -> None:
    error = meant(asked, code, status)
    assert type(error) is kind
    assert error.exit_code != 70
    assert asked.where in error.what
    assert f"{SAID} ({code})" in error.what
    assert advice in str(error)


@pytest.mark.parametrize("code", ["OptInRequired", "AccountProblem", "InvalidObjectState", "SomethingNew"])
def test_what_a_policy_cannot_mend_asks_for_no_statement(code: str) -> None:
    error = meant(S3, code, 403)
    assert not isinstance(error, AccessDenied)
    assert "{" not in str(error)
    assert "Add this" not in str(error)


@pytest.mark.parametrize("code", ["AccessDenied", "AccessDeniedException", "403", "Forbidden", "UnauthorizedOperation"])
def test_a_refusal_is_still_one(code: str) -> None:
    assert isinstance(meant(S3, code, 403), AccessDenied)


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("TemporaryRedirect", 307),
        ("307", 307),
        ("IncompleteBody", 400),
        ("KMS.ThrottlingException", 400),
        ("KMS.KMSInternalException", 400),
        ("KMS.DependencyTimeoutException", 400),
        ("KeyUnavailableException", 400),
        ("SomethingNew", 429),
        ("SomethingNew", 502),
    ],
)
def test_what_may_pass_is_tried_again(code: str, status: int) -> None:
    assert meant(S3, code, status).exit_code == 9


def test_a_key_that_cannot_be_used_is_named() -> None:
    error = meant(S3, "KMS.NotFoundException", 400)
    assert isinstance(error, InputError)
    assert [(fault.name, fault.value) for fault in error.faults] == [("kms-key", KEY)]


def test_an_error_inside_a_success_is_not_known() -> None:
    assert meant(S3, "SomethingNew", 200).exit_code == 70


@pytest.mark.parametrize("code", ["NoSuchBucket", "InvalidBucketName", "PermanentRedirect"])
def test_what_is_wrong_with_a_bucket_names_the_bucket_as_the_parameter_does(code: str) -> None:
    error = meant(S3, code, 404)
    assert isinstance(error, InputError)
    (fault,) = error.faults
    assert (fault.name, fault.value) == ("bucket-parameter", "acme-staging")
    assert "which the parameter" in fault.rule
    assert "us-east-1" in fault.rule
