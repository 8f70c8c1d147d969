"""Every expected answer of AWS has its error and exit code, and names what was asked for and where."""

from __future__ import annotations

import pytest
from botocore import exceptions as botocore

from aws.answers import OBJECT, SESSION, client_error
from fakes.clock import FakeClock
from waybill.aws.calls import Calls
from waybill.aws.meanings import Asked
from waybill.errors import AccessDenied, ExitCode, InputError, WaybillError
from waybill.retry import Retry

WHERE = "s3://acme-staging/SugarWater@1.2.3 in us-east-1"
ASKED = Asked(action="s3:PutObject", resource=OBJECT, where=WHERE)


def meaning(error: Exception) -> WaybillError:
    def call() -> None:
        raise error

    calls = Calls(Retry(clock=FakeClock(), random=lambda: 0.5), caller=SESSION)
    with pytest.raises(WaybillError) as caught:
        calls.once(ASKED, call)
    return caught.value


@pytest.mark.parametrize(
    ("code", "status", "exit_code"),
    [
        ("AccessDenied", 403, 3),
        ("AccessDeniedException", 400, 3),
        ("403", 403, 3),
        ("UnauthorizedOperation", 403, 3),
        ("AccountProblem", 403, 3),
        ("ExpiredToken", 400, 3),
        ("ExpiredTokenException", 400, 3),
        ("InvalidToken", 400, 3),
        ("InvalidAccessKeyId", 403, 3),
        ("InvalidClientTokenId", 403, 3),
        ("UnrecognizedClientException", 400, 3),
        ("SignatureDoesNotMatch", 403, 3),
        ("InvalidSignatureException", 400, 3),
        ("RequestTimeTooSkewed", 403, 3),
        ("RequestExpired", 400, 3),
        ("BadDigest", 400, 4),
        ("XAmzContentChecksumMismatch", 400, 4),
        ("InvalidPart", 400, 4),
        ("InvalidObjectState", 403, 4),
        ("NoSuchKey", 404, 4),
        ("NoSuchUpload", 404, 4),
        ("ParameterMaxVersionLimitExceeded", 400, 5),
        ("NoSuchBucket", 404, 2),
        ("InvalidBucketName", 400, 2),
        ("PermanentRedirect", 301, 2),
        ("AuthorizationHeaderMalformed", 400, 2),
        ("IllegalLocationConstraintException", 400, 2),
        ("KMS.DisabledException", 400, 3),
        ("KMS.NotFoundException", 400, 2),
        ("KMS.KMSInvalidStateException", 400, 3),
        ("DisabledException", 400, 3),
        ("SlowDown", 503, 9),
        ("Throttling", 400, 9),
        ("ThrottlingException", 400, 9),
        ("TooManyUpdates", 400, 9),
        ("ConditionalRequestConflict", 409, 9),
        ("InternalError", 500, 9),
        ("500", 500, 9),
        ("SomethingNew", 599, 9),
        ("RequestTimeout", 400, 9),
        ("IDPCommunicationError", 400, 9),
        ("SomethingNew", 400, 2),
    ],
)
def test_each_code_has_its_exit_code_and_says_where(code: str, status: int, exit_code: int) -> None:
    error = meaning(client_error(code, "Something is wrong.", status=status))
    assert error.exit_code == exit_code
    assert WHERE in str(error)
    if not isinstance(error, AccessDenied):
        assert code in str(error) or isinstance(error, InputError)
    assert error.advice or isinstance(error, InputError)


@pytest.mark.parametrize("code", ["NoSuchBucket", "InvalidBucketName", "PermanentRedirect"])
def test_a_wrong_bucket_is_a_fault_of_the_parameter_that_names_it(code: str) -> None:
    error = meaning(client_error(code, status=404))
    assert isinstance(error, InputError)
    assert [fault.name for fault in error.faults] == ["bucket-parameter"]


def test_a_key_that_cannot_be_used_is_a_fault_of_kms_key() -> None:
    error = meaning(client_error("KMS.NotFoundException", "arn:aws:kms:… does not exist."))
    assert isinstance(error, InputError)
    assert [fault.name for fault in error.faults] == ["kms-key"]
    assert "does not exist" in str(error)


def test_a_refusal_says_who_asked() -> None:
    error = meaning(client_error("403", "Forbidden", status=403, operation="HeadObject"))
    assert isinstance(error, AccessDenied)
    assert (error.caller, error.action, error.resource) == (SESSION, "s3:PutObject", OBJECT)


@pytest.mark.parametrize(
    "error",
    [
        botocore.EndpointConnectionError(endpoint_url="https://s3.example", error="refused"),
        botocore.ConnectTimeoutError(endpoint_url="https://s3.example", error="late"),
        botocore.ReadTimeoutError(endpoint_url="https://s3.example", error="late"),
        botocore.ConnectionClosedError(endpoint_url="https://s3.example", error="closed"),
        botocore.ProxyConnectionError(proxy_url="http://proxy", error="refused"),
        botocore.ResponseStreamingError(error="cut"),
        botocore.IncompleteReadError(actual_bytes=1, expected_bytes=2),
    ],
)
def test_no_answer_is_unavailable(error: botocore.BotoCoreError) -> None:
    assert meaning(error).exit_code is ExitCode.UNAVAILABLE


@pytest.mark.parametrize(
    "error",
    [
        botocore.NoCredentialsError(),
        botocore.PartialCredentialsError(provider="env", cred_var="AWS_SECRET_ACCESS_KEY"),
        botocore.ProfileNotFound(profile="nobody"),
        botocore.ConfigParseError(path="/x", error="no"),
        botocore.CredentialRetrievalError(provider="custom-process", error_msg="no"),
        botocore.InfiniteLoopConfigError(source_profile="a", visited_profiles=["a", "b"]),
        botocore.InvalidConfigError(error_msg="no"),
        botocore.MetadataRetrievalError(error_msg="no"),
        botocore.RefreshWithMFAUnsupportedError(),
        botocore.SSOTokenLoadError(error_msg="no"),
        botocore.UnauthorizedSSOTokenError(),
        botocore.TokenRetrievalError(provider="sso", error_msg="no"),
    ],
)
def test_credentials_that_cannot_be_used_exit_3_and_say_what_to_do(error: botocore.BotoCoreError) -> None:
    found = meaning(error)
    assert found.exit_code is ExitCode.IDENTITY
    assert "aws sso login" in found.advice


def test_a_bucket_name_that_botocore_refuses_is_bad_input() -> None:
    found = meaning(botocore.ParamValidationError(report='Invalid bucket name "a b": Bucket name must match'))
    assert found.exit_code is ExitCode.INPUT
    assert "bucket-parameter" in found.what


def test_no_region_is_bad_input() -> None:
    assert meaning(botocore.NoRegionError()).exit_code is ExitCode.INPUT
