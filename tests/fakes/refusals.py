"""The errors that AWS's refusals become."""

from __future__ import annotations

from waybill.errors import AccessDenied, ArtifactError, Fault, InputError, WaybillError


def denied(action: str, resource: str, why: str = "") -> AccessDenied:
    """A 403: what the caller may not do, or what is not theirs, or (without s3:ListBucket) what is not there."""
    return AccessDenied(f"may not {action} on {resource}{f': {why}' if why else ''}", action=action, resource=resource)


def no_bucket(name: str) -> InputError:
    """S3's NoSuchBucket."""
    return InputError([Fault("bucket-parameter", name, "names a bucket that does not exist.")])


def no_key(arn: str, region: str) -> InputError:
    """KMS's NotFoundException."""
    return InputError([Fault("kms-key", arn, f"does not exist in {region}.")])


def bad_bytes(where: str, what: str) -> ArtifactError:
    """S3's BadDigest and its relatives."""
    return ArtifactError(f"{where}: S3 received other bytes than were announced: {what}")


def unknown(where: str, code: str) -> WaybillError:
    """Return an answer that no caller should ever provoke."""
    return WaybillError(f"{where}: {code}")
