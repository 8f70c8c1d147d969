"""One door for every AWS call: retries within a budget, and every error in words with what to do next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,
    HTTPClientError,
    IncompleteReadError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
    TokenRetrievalError,
)

from waybill.aws.denials import denial
from waybill.aws.sessions import NO_CREDENTIALS_ADVICE, no_credentials
from waybill.errors import ArtifactError, Fault, IdentityError, InputError, Unavailable, WaybillError
from waybill.retry import Retry

T = TypeVar("T")

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
BAD_CREDENTIALS = {
    "ExpiredToken": "The AWS credentials have expired.",
    "ExpiredTokenException": "The AWS credentials have expired.",
    "InvalidClientTokenId": "AWS does not know these credentials.",
    "InvalidAccessKeyId": "AWS does not know these credentials.",
    "UnrecognizedClientException": "AWS does not know these credentials.",
    "SignatureDoesNotMatch": "AWS refuses the signature: the secret key does not belong to the access key.",
    "RequestTimeTooSkewed": "This machine's clock is off, or one part took over 15 minutes to send.",
    "RequestExpired": "This machine's clock is off.",
}
CHECKSUM = frozenset({"BadDigest", "XAmzContentChecksumMismatch", "InvalidDigest", "XAmzContentSHA256Mismatch"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a call asks for, to name it when it fails: the IAM action, the resource's ARN, and the place in words."""

    action: str
    resource: str
    where: str


class Calls:
    """The door. One for each identity: it knows who the caller is."""

    def __init__(self, retry: Retry, *, caller: str = "") -> None:
        self._retry = retry
        self._caller = caller

    def as_caller(self, caller: str) -> Calls:
        """Return the same door for somebody else."""
        return Calls(self._retry, caller=caller)

    def telling(self, told: Callable[[Unavailable, float, float], None]) -> Calls:
        """Return the same door whose waits are told to `told`."""
        return Calls(replace(self._retry, told=told), caller=self._caller)

    def perform(self, asked: Asked, call: Callable[[], T], answers: Mapping[str, Any] | None = None) -> T | Any:
        """Return what `call` returns; or, for an error code in `answers`, the value that it stands for.

        Raises the `WaybillError` that any other failure means.
        """
        return self._retry.call(lambda: self.once(asked, call, answers))

    def once(self, asked: Asked, call: Callable[[], T], answers: Mapping[str, Any] | None = None) -> T | Any:
        """Do as `perform` does, without trying again."""
        try:
            return call()
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            if answers and code in answers:
                return answers[code]
            raise self._meaning(asked, error, code) from error
        except BotoCoreError as error:
            raise _local_meaning(asked, error) from error

    def _meaning(self, asked: Asked, error: ClientError, code: str) -> WaybillError:
        status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
        message = str(error.response.get("Error", {}).get("Message", "")).strip() or code
        said = f"{asked.where}: {error.operation_name} failed: {message} ({code})"
        if code in TRANSIENT or status >= 500:
            return Unavailable(said, "AWS may be throttling or in trouble; run again later.")
        if code in BAD_CREDENTIALS:
            return IdentityError(f"{asked.where}: {BAD_CREDENTIALS[code]} ({code})", NO_CREDENTIALS_ADVICE)
        if code in DENIED or status == 403:
            return denial(asked.action, asked.resource, asked.where, message, self._caller)
        if code in CHECKSUM:
            return ArtifactError(
                f"{asked.where}: S3 received other bytes than were sent or read: {message} ({code})",
                "Nothing was stored. Let the build end before it is staged, and run again.",
            )
        if code == "NoSuchBucket":
            rule = f"names a bucket that does not exist ({asked.where})."
            return InputError([Fault("bucket-parameter", asked.resource, rule)])
        return WaybillError(said, "This is an answer that Waybill does not know; please report it.")


def _local_meaning(asked: Asked, error: BotoCoreError) -> WaybillError:
    if isinstance(error, NoCredentialsError):
        return no_credentials()
    if isinstance(error, (PartialCredentialsError, ProfileNotFound, TokenRetrievalError)):
        return IdentityError(f"The AWS credentials cannot be used: {error}", NO_CREDENTIALS_ADVICE)
    if isinstance(error, NoRegionError):
        return InputError([Fault("regions", "", "no region is known to ask AWS in.", "us-east-1")])
    if isinstance(error, (HTTPClientError, ConnectionError, IncompleteReadError)):
        return Unavailable(f"{asked.where}: no answer: {error}", "Check the network and the region, and run again.")
    return WaybillError(f"{asked.where}: {error}", "This is an answer that Waybill does not know; please report it.")
