"""What AWS's error codes mean: an error of ours for each, with what to do next."""

from __future__ import annotations

from dataclasses import dataclass

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConfigNotFound,
    ConfigParseError,
    ConnectionError,
    CredentialRetrievalError,
    HTTPClientError,
    IncompleteReadError,
    InfiniteLoopConfigError,
    InvalidConfigError,
    InvalidIMDSEndpointError,
    MetadataRetrievalError,
    NoCredentialsError,
    NoRegionError,
    ParamValidationError,
    PartialCredentialsError,
    ProfileNotFound,
    RefreshWithMFAUnsupportedError,
    SSOError,
    TokenRetrievalError,
    UnknownCredentialError,
)

from waybill.aws.denials import denial
from waybill.aws.sessions import NO_CREDENTIALS_ADVICE, no_credentials, unusable
from waybill.errors import (
    ArtifactError,
    ConflictError,
    Fault,
    IdentityError,
    InputError,
    Unavailable,
    WaybillError,
)

TRANSIENT = frozenset(
    {
        "InternalError",
        "InternalServerError",
        "InternalFailure",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "RequestThrottled",
        "RequestLimitExceeded",
        "TooManyRequestsException",
        "TooManyUpdates",
        "RequestTimeout",
        "RequestTimeoutException",
        "ConditionalRequestConflict",
        "OperationAborted",
        "IDPCommunicationError",
        "500",
        "502",
        "503",
        "504",
    }
)
DENIED = frozenset({"AccessDenied", "AccessDeniedException", "403", "Forbidden", "UnauthorizedOperation"})
UNKNOWN_CREDENTIALS = (
    "AWS does not know these credentials. (It says so, too, of a region that is not enabled in the account.)"
)
BAD_CREDENTIALS = {
    "ExpiredToken": "The AWS credentials have expired.",
    "ExpiredTokenException": "The AWS credentials have expired.",
    "InvalidClientTokenId": UNKNOWN_CREDENTIALS,
    "InvalidAccessKeyId": UNKNOWN_CREDENTIALS,
    "InvalidToken": UNKNOWN_CREDENTIALS,
    "UnrecognizedClientException": UNKNOWN_CREDENTIALS,
    "SignatureDoesNotMatch": "AWS refuses the signature: the secret key does not belong to the access key.",
    "InvalidSignatureException": "AWS refuses the signature: the secret key does not belong to the access key.",
}
BAD_CLOCK = {
    "RequestTimeTooSkewed": "This machine's clock is off, or one part took over 15 minutes to send.",
    "RequestExpired": "This machine's clock is off.",
}
CHECKSUM = frozenset(
    {"BadDigest", "XAmzContentChecksumMismatch", "InvalidDigest", "XAmzContentSHA256Mismatch", "InvalidPart"}
)
GONE = frozenset({"NoSuchKey", "NoSuchUpload"})
ELSEWHERE = frozenset(
    {"PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException", "301"}
)
UNUSABLE = (
    ConfigNotFound,
    ConfigParseError,
    CredentialRetrievalError,
    InfiniteLoopConfigError,
    InvalidConfigError,
    InvalidIMDSEndpointError,
    MetadataRetrievalError,
    PartialCredentialsError,
    ProfileNotFound,
    RefreshWithMFAUnsupportedError,
    SSOError,
    TokenRetrievalError,
    UnknownCredentialError,
)
REPORT = "This is an answer that Waybill does not know; please report it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a call asks for, to name it when it fails: the IAM action, the resource's ARN, and the place in words.

    `key` is the ARN of the KMS key that the call uses, or a pattern of those that it may use.
    """

    action: str
    resource: str
    where: str
    key: str = ""


def meaning(asked: Asked, error: ClientError, caller: str) -> WaybillError:
    """Return what an answer of AWS means to `caller`, who asked for `asked`."""
    code = str(error.response.get("Error", {}).get("Code", ""))
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    message = str(error.response.get("Error", {}).get("Message", "")).strip() or code
    said = f"{asked.where}: {error.operation_name} failed: {message} ({code})"
    if code in TRANSIENT or status >= 500:
        return Unavailable(said, "AWS may be throttling or in trouble; run again later.")
    if code in BAD_CREDENTIALS:
        return IdentityError(f"{asked.where}: {BAD_CREDENTIALS[code]} ({code})", NO_CREDENTIALS_ADVICE)
    if code in BAD_CLOCK:
        return IdentityError(f"{asked.where}: {BAD_CLOCK[code]} ({code})", "Set the clock, or try a quicker line.")
    named = _of_what_is_stored(asked, code, message, said) or _of_an_input(asked, code, message)
    if named is not None:
        return named
    if code in DENIED or status == 403:
        return denial(asked.action, asked.resource, asked.where, message, caller, key=asked.key)
    return WaybillError(said, REPORT)


def _of_what_is_stored(asked: Asked, code: str, message: str, said: str) -> WaybillError | None:
    if code in CHECKSUM:
        return ArtifactError(
            f"{asked.where}: S3 received other bytes than were sent or read: {message} ({code})",
            "Nothing was stored. Let the build end before it is staged, and run again.",
        )
    if code in GONE:
        return ArtifactError(f"{asked.where} is not there: {message} ({code})", "Somebody removed it. Run again.")
    if code == "InvalidObjectState":
        return ArtifactError(said, "It was archived by a lifecycle rule: restore it, and run again.")
    if code == "ParameterMaxVersionLimitExceeded":
        advice = "The oldest of its hundred versions has a label, which keeps it: move that label, and run again."
        return ConflictError(said, advice)
    return None


def _of_an_input(asked: Asked, code: str, message: str) -> InputError | None:
    if code == "NoSuchBucket":
        return _bucket(asked, "names a bucket that does not exist")
    if code == "InvalidBucketName":
        return _bucket(asked, "holds what is not the name of a bucket")
    if code in ELSEWHERE:
        return _bucket(asked, "names a bucket of another region")
    if code.startswith("KMS.") or code in {"DisabledException", "KMSInvalidStateException"}:
        return InputError([Fault("kms-key", "", f"cannot be used for {asked.where}: {message} ({code}).")])
    return None


def _bucket(asked: Asked, what: str) -> InputError:
    return InputError([Fault("bucket-parameter", asked.resource, f"{what} ({asked.where}).")])


def local_meaning(asked: Asked, error: BotoCoreError) -> WaybillError:
    """Return what it means that botocore got no answer, or never asked."""
    if isinstance(error, NoCredentialsError):
        return no_credentials()
    if isinstance(error, UNUSABLE):
        return unusable(error)
    if isinstance(error, NoRegionError):
        return InputError([Fault("regions", "", "no region is known to ask AWS in.", "us-east-1")])
    if isinstance(error, ParamValidationError) and "nvalid bucket name" in str(error):
        return _bucket(asked, "holds what is not the name of a bucket")
    if isinstance(error, (HTTPClientError, ConnectionError, IncompleteReadError)):
        return Unavailable(f"{asked.where}: no answer: {error}", "Check the network and the region, and run again.")
    return WaybillError(f"{asked.where}: {error}", REPORT)
