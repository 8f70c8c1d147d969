"""The calls that the code makes: the tables from which every policy document is made, and that tests run under (P8)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class On(StrEnum):
    """What a call is made on."""

    VERSION = "version"
    EVENTS = "events"
    RECORDS = "records"
    BUCKET = "bucket"
    LISTING = "listing"
    KEY = "key"
    CONFIGURATION = "configuration"
    CHANNEL = "channel"
    CHANNELS = "channels"
    SOURCE = "source"
    SOURCE_KEY = "source-key"
    PIPELINE = "pipeline"
    PIPELINE_STAGE = "pipeline-stage"
    ANYTHING = "anything"
    PIPELINE_BUCKET = "pipeline-bucket"
    PIPELINE_SOURCE = "pipeline-source"
    STAGED = "staged"
    PIPELINE_KEY = "pipeline-key"
    OUTPUT_BUCKET = "output-bucket"
    OUTPUT = "output"
    DISTRIBUTION = "distribution"
    ROLE = "role"
    PACKAGE = "package"
    PACKAGE_TARGET = "package-target"


@dataclass(frozen=True, slots=True)
class Call:
    """One IAM action that the code needs, on what, and why."""

    action: str
    on: On
    why: str


STAGE_CALLS = (
    Call("s3:GetObject", On.VERSION, "look at what is stored, and verify what was written"),
    Call("s3:PutObject", On.VERSION, "create the artifact, its metadata, its waybill and its events"),
    Call("s3:AbortMultipartUpload", On.VERSION, "leave nothing behind"),
    Call("s3:GetObject", On.EVENTS, "read withdrawals before a channel moves"),
    Call("s3:ListBucket", On.LISTING, "tell a missing object from a forbidden one, and find events"),
    Call("s3:GetEncryptionConfiguration", On.BUCKET, "look up the bucket's default key; not needed with `kms-key`"),
    Call("kms:GenerateDataKey", On.KEY, "encrypt"),
    Call("kms:Decrypt", On.KEY, "complete multipart uploads, read back"),
    Call("kms:DescribeKey", On.KEY, "find the key behind an alias"),
    Call("ssm:GetParameter", On.CONFIGURATION, "read the organisation configuration and the buckets' names"),
    Call("ssm:GetParameterHistory", On.CHANNEL, "see what the channel named"),
    Call("ssm:PutParameter", On.CHANNEL, "move the channel"),
)


ROLLBACK_CALLS = (
    Call("s3:GetObject", On.VERSION, "verify that the version is whole, and read events"),
    Call("s3:PutObject", On.RECORDS, "write the events"),
    Call("s3:ListBucket", On.LISTING, "tell a missing object from a forbidden one, and find events"),
    Call("s3:GetEncryptionConfiguration", On.BUCKET, "look up the bucket's default key; not needed with `kms-key`"),
    Call("kms:GenerateDataKey", On.KEY, "encrypt the events"),
    Call("kms:Decrypt", On.KEY, "read what is encrypted"),
    Call("kms:DescribeKey", On.KEY, "find the key behind an alias"),
    Call("ssm:GetParameter", On.CONFIGURATION, "read the organisation configuration and the buckets' names"),
    Call("ssm:GetParameterHistory", On.CHANNEL, "see what the channel named"),
    Call("ssm:PutParameter", On.CHANNEL, "move the channel"),
)

PROMOTE_CALLS = (
    *STAGE_CALLS,
    Call("s3:GetObject", On.SOURCE, "copy from the source account's buckets"),
    Call("s3:GetObjectVersion", On.SOURCE, "copy exactly the version of the object that was looked at"),
    Call("kms:Decrypt", On.SOURCE_KEY, "copy what the source account's key encrypts"),
)
"""What the role needs that writes in the target account, and copies there server side."""

READ_CALLS = (
    Call("s3:GetObject", On.VERSION, "look at what is stored, and download it"),
    Call("s3:ListBucket", On.LISTING, "tell a missing object from a forbidden one, and find versions"),
    Call("kms:Decrypt", On.KEY, "read what is encrypted"),
    Call("ssm:GetParameter", On.CONFIGURATION, "read the organisation configuration and the buckets' names"),
    Call("ssm:GetParameter", On.CHANNEL, "see what the channel names"),
)
"""What `download` needs."""

SOURCE_CALLS = (
    *READ_CALLS,
    Call("ssm:GetParametersByPath", On.CHANNELS, "find a channel that names what has no waybill"),
    Call("ssm:GetParameterHistory", On.CHANNEL, "see whether a channel named what has no waybill"),
)
"""What the source's role of `promote` needs; the last two for what only Startifact staged."""

INFO_CALLS = (*READ_CALLS, Call("ssm:GetParametersByPath", On.CHANNELS, "find every channel"))

VERSIONS_CALLS = tuple(call for call in INFO_CALLS if call.on is not On.CHANNEL)

STATUS_CALLS = (
    *VERSIONS_CALLS,
    Call("s3:ListBucketMultipartUploads", On.BUCKET, "find unfinished uploads"),
    Call("ssm:GetParameterHistory", On.CHANNEL, "see what the channel named, and should name"),
)

PRUNE_LOOK_CALLS = tuple(call for call in STATUS_CALLS if (call.action, call.on) != ("ssm:GetParameter", On.CHANNEL))
"""What `prune` needs that only shows what would go."""

PRUNE_CALLS = (
    *PRUNE_LOOK_CALLS,
    Call("s3:PutObject", On.VERSION, "write the tombstone, and the waybill of what has none"),
    Call("s3:DeleteObject", On.VERSION, "delete what is pruned"),
    Call("s3:GetEncryptionConfiguration", On.BUCKET, "look up the bucket's default key; not needed with `kms-key`"),
    Call("kms:GenerateDataKey", On.KEY, "encrypt the tombstone"),
    Call("kms:DescribeKey", On.KEY, "find the key behind an alias"),
)

DEPLOY_CALLS = (
    Call("s3:GetObject", On.VERSION, "verify that the version is whole, and read events"),
    Call("s3:PutObject", On.RECORDS, "write the event of the deploy, and of going back"),
    Call("s3:ListBucket", On.LISTING, "tell a missing object from a forbidden one, and find events"),
    Call("s3:GetEncryptionConfiguration", On.BUCKET, "look up the bucket's default key; not needed with `kms-key`"),
    Call("kms:GenerateDataKey", On.KEY, "encrypt the events"),
    Call("kms:Decrypt", On.KEY, "read what is encrypted"),
    Call("kms:DescribeKey", On.KEY, "find the key behind an alias"),
    Call("ssm:GetParameter", On.CONFIGURATION, "read the organisation configuration and the buckets' names"),
    Call("ssm:GetParameter", On.CHANNEL, "see what the channel names"),
    Call("ssm:GetParameterHistory", On.CHANNEL, "see what the channel named"),
    Call("ssm:PutParameter", On.CHANNEL, "move the channel back, with `on-failure: rollback` only"),
    Call("s3:ListBucket", On.OUTPUT_BUCKET, "compare the deployed files; may be left out"),
    Call("s3:GetObject", On.OUTPUT, "compare the deployed files; may be left out"),
    Call("cloudfront:CreateInvalidation", On.DISTRIBUTION, "`invalidate` a distribution of this account"),
    Call("cloudfront:GetInvalidation", On.DISTRIBUTION, "wait for the invalidation"),
)
"""What `deploy` needs in the account where the version is staged, and to which it is deployed most often."""

PIPELINE_LOOK_CALLS = (
    Call("codepipeline:GetPipeline", On.PIPELINE, "read the pipeline's definition"),
    Call("codepipeline:GetPipelineState", On.PIPELINE, "see approvals that wait, and transitions that are closed"),
    Call("codepipeline:GetPipelineExecution", On.PIPELINE, "follow the execution"),
    Call("codepipeline:ListPipelineExecutions", On.PIPELINE, "find what runs already, and what succeeded before"),
    Call("codepipeline:ListActionExecutions", On.PIPELINE, "follow the execution's actions"),
    Call("events:ListRuleNamesByTarget", On.ANYTHING, "see which rules start the pipeline; may be left out"),
    Call("s3:GetBucketVersioning", On.PIPELINE_BUCKET, "see whether an execution can be pinned to an object's version"),
)
"""What `deploy` needs in the pipeline's account before it does anything there."""

PIPELINE_CALLS = (
    *PIPELINE_LOOK_CALLS,
    Call("codepipeline:StartPipelineExecution", On.PIPELINE, "start it"),
    Call("codepipeline:StopPipelineExecution", On.PIPELINE, "stop it, with `on-cancel: stop` only"),
    Call("codepipeline:RollbackStage", On.PIPELINE_STAGE, "roll a stage back, with `on-failure: rollback` only"),
    Call("s3:ListBucket", On.PIPELINE_BUCKET, "tell a missing source object from a forbidden one"),
    Call("s3:GetObject", On.PIPELINE_SOURCE, "look at the source object, and verify what was copied"),
    Call("s3:GetObjectVersion", On.PIPELINE_SOURCE, "look at the version that an execution takes"),
    Call("s3:PutObject", On.PIPELINE_SOURCE, "put the staged artifact under the source key"),
    Call("s3:AbortMultipartUpload", On.PIPELINE_SOURCE, "leave nothing behind"),
    Call("s3:GetObject", On.STAGED, "copy the staged artifact server side"),
    Call("s3:GetObjectVersion", On.STAGED, "copy exactly the version of the object that was verified"),
    Call("kms:Decrypt", On.PIPELINE_KEY, "read the staged artifact, and complete multipart uploads"),
    Call("kms:GenerateDataKey", On.PIPELINE_KEY, "encrypt the source object"),
    Call("s3:ListBucket", On.OUTPUT_BUCKET, "compare the deployed files; may be left out"),
    Call("s3:GetObject", On.OUTPUT, "compare the deployed files; may be left out"),
    Call("cloudfront:CreateInvalidation", On.DISTRIBUTION, "`invalidate` a distribution of this account"),
    Call("cloudfront:GetInvalidation", On.DISTRIBUTION, "wait for the invalidation"),
)
"""What `deploy` needs in the pipeline's account (`pipeline-role`).

On which resources: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscodepipeline.html
and .../list_amazoneventbridge.html, where a rule's target is no resource.
"""

CONFIGURE_CALLS = (
    Call("ssm:GetParameter", On.CONFIGURATION, "read the organisation configuration"),
    Call("ssm:PutParameter", On.CONFIGURATION, "write it"),
    Call("ssm:DeleteParameter", On.CONFIGURATION, "delete it from a region that is dropped"),
)
"""What `setup configuration` needs in every account, on the parameter of the organisation configuration."""

IN_THE_ACCOUNT = frozenset({On.VERSION, On.EVENTS, On.RECORDS, On.BUCKET, On.LISTING})


def calls_of(
    table: tuple[Call, ...], *, writes: bool, moves: bool, reads_channel: bool, looks_up_key: bool
) -> tuple[Call, ...]:
    """Return the calls that one run may make: without writes for a dry run, without the channel's where it stays.

    `kms-key: none` leaves a bucket's default to encrypt, unsaid, so it takes nothing away.
    """
    unneeded = {
        "s3:PutObject": not writes,
        "s3:AbortMultipartUpload": not writes,
        "s3:GetEncryptionConfiguration": not looks_up_key,
        "kms:GenerateDataKey": not writes,
        "ssm:PutParameter": not (writes and moves),
        "ssm:GetParameterHistory": not reads_channel,
    }
    return tuple(call for call in table if not unneeded.get(call.action, False) and (moves or call.on is not On.EVENTS))
