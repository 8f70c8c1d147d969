"""AWS's error codes in tables: which are to be tried again, which mean one thing, and what to do then."""

from __future__ import annotations

from collections.abc import Mapping

from waybill.errors import ArtifactError, ConflictError, IdentityError, PipelineError, WaybillError

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
        "IncompleteBody",
        "DependencyTimeoutException",
        "KMSInternalException",
        "KeyUnavailableException",
        # A bucket is so new that not all of S3 has heard where it is.
        "TemporaryRedirect",
        "307",
        "500",
        "502",
        "503",
        "504",
    }
)
"""Codes that another try may end otherwise; KMS's also with `KMS.` before them, where S3 hands them on."""

DENIED = frozenset({"AccessDenied", "AccessDeniedException", "403", "Forbidden", "UnauthorizedOperation"})
"""Codes of an answer of IAM's: somebody has to allow it."""

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
"""Codes of credentials and clocks that no policy would help, in words."""

CHECKSUM = frozenset(
    {
        "BadDigest",
        "XAmzContentChecksumMismatch",
        "InvalidDigest",
        "XAmzContentSHA256Mismatch",
        "InvalidPart",
        "InvalidPartOrder",
    }
)
"""Codes of bytes that are not those that were sent."""

GONE = frozenset({"NoSuchKey", "NoSuchUpload"})
ELSEWHERE = frozenset(
    {"PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException", "301"}
)
"""Codes of a bucket in another region than was said."""

NOT_THE_POLICIES = "This is not for a policy to allow."
ENABLE = "Sign the account up for it, or enable the region in the account, or leave the region out of `regions`."
KEY_STATE = "Enable the key, or cancel its deletion, or give another as `kms-key`; then run again."
TYPE = "Parameter Store changes no parameter's type: choose another `channel` or `parameter-prefix`, or delete it."
KNOWN: Mapping[str, tuple[type[WaybillError], str]] = {
    "OptInRequired": (IdentityError, ENABLE),
    "NotSignedUp": (IdentityError, ENABLE),
    "RegionDisabledException": (IdentityError, ENABLE),
    "SubscriptionRequiredException": (IdentityError, ENABLE),
    "AccountProblem": (IdentityError, f"{NOT_THE_POLICIES} Ask AWS Support what is wrong with the account."),
    "AllAccessDisabled": (IdentityError, f"{NOT_THE_POLICIES} AWS closed the bucket or the account: ask AWS Support."),
    "DisabledException": (IdentityError, KEY_STATE),
    "KMSInvalidStateException": (IdentityError, KEY_STATE),
    "InvalidObjectState": (ArtifactError, "It was archived by a lifecycle rule: restore it, and run again."),
    "EntityTooLarge": (ArtifactError, "S3 takes nothing as large. Nothing was stored."),
    "EntityTooSmall": (ArtifactError, "Nothing was stored. Let the build end before it is staged, and run again."),
    "HierarchyTypeMismatchException": (ConflictError, TYPE),
    "UnsupportedParameterType": (ConflictError, TYPE),
    "ParameterMaxVersionLimitExceeded": (
        ConflictError,
        "The oldest of its hundred versions has a label, which keeps it: move that label, and run again.",
    ),
    "ConcurrentPipelineExecutionsLimitExceededException": (
        PipelineError,
        "Nothing was started. Let executions that are under way end, or stop some, and run again.",
    ),
}
"""Codes that mean one thing, whatever was asked, and what to do then."""

INPUTS = {
    "s3": "bucket-parameter, key-prefix or kms-key",
    "ssm": "configuration-parameter, bucket-parameter, parameter-prefix or channel",
    "kms": "kms-key",
    "sts": "role, role-session-name or role-duration",
    "codepipeline": "pipeline, variables or source",
    "events": "pipeline",
    "codeartifact": "codeartifact",
    "cloudformation": "config",
    "ecr": "config",
    "iam": "config",
}
"""Of which inputs the arguments of a service's calls are made."""

WRONG: Mapping[str, str] = {
    "ParameterLimitExceeded": "Delete parameters that nobody needs, or have the account's quota in the region raised.",
    "ParameterPatternMismatchException": "Its `AllowedPattern` does not fit this value: have it removed.",
    "HierarchyLevelLimitExceededException": "Its name may have 15 levels: shorten `parameter-prefix`.",
    "KeyTooLongError": "Shorten `key-prefix`.",
}
"""What to do about arguments that AWS refuses with these codes."""
