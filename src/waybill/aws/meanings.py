"""What AWS's error codes mean: an error of ours for each, with what to do next."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
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
    SSLError,
    SSOError,
    TokenRetrievalError,
    UnknownCredentialError,
)

from waybill.aws.codes import (
    BAD_CLOCK,
    BAD_CREDENTIALS,
    CHECKSUM,
    DENIED,
    ELSEWHERE,
    GONE,
    INPUTS,
    KNOWN,
    NOT_THE_POLICIES,
    TRANSIENT,
    WRONG,
)
from waybill.aws.denials import Decode, denial
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
NO_FILE = (FileNotFoundError, PermissionError, IsADirectoryError)
REFUSING = "not authorized to perform"
"""Says a refusal of a policy's, whatever its code."""
REPORT = "This is an answer that Waybill does not know; please report it."


class Untrusted(Unavailable):
    """The other side's certificate is not vouched for, or nothing vouches: no other try would end otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a call asks for, to name it when it fails: the IAM action, the resource's ARN, and the place in words.

    `key` is the ARN of the KMS key that the call uses, or a pattern of those that it may use. `inputs` names the inputs
    that the call's arguments are made of, where they are not those of the service's other calls. `owner` is the account
    that the resource should be of, where its ARN does not say so: a bucket's.
    """

    action: str
    resource: str
    where: str
    key: str = ""
    inputs: str = ""
    owner: str = ""


def meaning(asked: Asked, error: ClientError, caller: str, decode: Decode | None = None) -> WaybillError:
    """Return what an answer of AWS means to `caller`, who asked for `asked`. `decode` opens encoded messages."""
    code = str(error.response.get("Error", {}).get("Code", ""))
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    message = str(error.response.get("Error", {}).get("Message", "")).strip() or code
    said = f"{asked.where}: {error.operation_name} failed: {message} ({code})"
    # S3 hands on what KMS answered it.
    bare = code.removeprefix("KMS.")
    if bare in TRANSIENT or status == 429 or (status >= 500 and status != 501):
        return Unavailable(said, "AWS may be throttling or in trouble; run again later.")
    if code in BAD_CREDENTIALS:
        return IdentityError(f"{asked.where}: {BAD_CREDENTIALS[code]} ({code})", NO_CREDENTIALS_ADVICE)
    if code in BAD_CLOCK:
        return IdentityError(f"{said}. {BAD_CLOCK[code]}", "Set the clock, or try a quicker line.")
    if bare in KNOWN:
        kind, advice = KNOWN[bare]
        return kind(said, advice)
    if bare in DENIED or (status in {401, 403} and REFUSING in message):
        return denial(
            asked.action,
            asked.resource,
            asked.where,
            message,
            caller,
            key=asked.key,
            owner=asked.owner,
            decode=decode,
        )
    return _of_bytes(asked, code, message) or _of_an_input(asked, code, message) or _by_status(asked, status, said)


def _of_bytes(asked: Asked, code: str, message: str) -> ArtifactError | None:
    if code in CHECKSUM:
        return ArtifactError(
            f"{asked.where}: S3 received other bytes than were sent or read: {message} ({code})",
            "Nothing was stored. Let the build end before it is staged, and run again.",
        )
    if code in GONE:
        return ArtifactError(f"{asked.where} is not there: {message} ({code})", "Somebody removed it. Run again.")
    return None


def _of_an_input(asked: Asked, code: str, message: str) -> InputError | None:
    if code == "NoSuchBucket":
        return _bucket(asked, "no bucket has this name, which the parameter holds")
    if code == "InvalidBucketName":
        return _bucket(asked, "this, which the parameter holds, is not the name of a bucket")
    if code in ELSEWHERE:
        return _bucket(asked, "this bucket, which the parameter names, is in another region")
    if code.startswith("KMS."):
        return InputError([Fault("kms-key", asked.key, f"cannot be used for {asked.where}: {message} ({code}).")])
    if code in WRONG:
        return _refused_argument(asked, f"{asked.where}: {message} ({code})", WRONG[code])
    return None


def _by_status(asked: Asked, status: int, said: str) -> WaybillError:
    """Return what a code means that is in no table: HTTP tells at least whose fault it is."""
    if status in {401, 403}:
        return IdentityError(said, f"{NOT_THE_POLICIES} Look into what AWS says there, and run again.")
    if status in {409, 412}:
        return ConflictError(said, "Something else stands there, or somebody changes it. Look at it, and run again.")
    if status == 413:
        return ArtifactError(said, "It is larger than AWS takes.")
    if 300 <= status < 500 or status == 501:
        return _refused_argument(asked, said, "Correct it, and run again.")
    return WaybillError(said, REPORT)


def _refused_argument(asked: Asked, said: str, advice: str) -> InputError:
    name = asked.inputs or INPUTS.get(asked.action.partition(":")[0], "")
    return InputError([Fault(name, asked.resource, f"AWS does not take what this makes: {said}. {advice}")])


def _bucket(asked: Asked, what: str) -> InputError:
    name = asked.resource.rpartition(":")[2].partition("/")[0]
    return InputError([Fault("bucket-parameter", name, f"{what} ({asked.where}).")])


def local_meaning(asked: Asked, error: BotoCoreError) -> WaybillError:
    """Return what it means that botocore got no answer, or never asked."""
    if isinstance(error, NoCredentialsError):
        return no_credentials()
    if isinstance(error, UNUSABLE):
        return unusable(error)
    if isinstance(error, NoRegionError):
        return InputError([Fault("regions", "", "no region is known to ask AWS in.", "us-east-1")])
    if isinstance(error, ParamValidationError) and "nvalid bucket name" in str(error):
        return _bucket(asked, "this, which the parameter holds, is not the name of a bucket")
    if isinstance(error, (HTTPClientError, ConnectionError, IncompleteReadError)):
        said = f"{asked.where}: no answer: {_with_cause(error)}"
        # A file in the middle of TLS is that of the authorities.
        final = (ssl.SSLCertVerificationError, *(NO_FILE if isinstance(error, SSLError) else ()))
        if any(isinstance(cause, final) for cause in _causes(error)):
            return Untrusted(
                said,
                "Set AWS_CA_BUNDLE to the file of the certificate authorities that vouch for it (a proxy that opens "
                "TLS has its own), or correct the endpoint's URL.",
            )
        return Unavailable(said, "Check the network and the region, and run again.")
    return WaybillError(f"{asked.where}: {error}", REPORT)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and what botocore and urllib3 wrapped in it."""
    yield error
    for inner in (*error.args, *getattr(error, "kwargs", {}).values()):
        if isinstance(inner, BaseException):
            yield from _causes(inner)


def _with_cause(error: BotoCoreError) -> str:
    """Return what happened, and why: of some errors botocore says only that there is one."""
    said, cause = str(error), str(error.kwargs.get("error") or "")
    return said if cause in said else f"{said.rstrip('.')} ({cause})"
