"""The KMS key that encrypts in a region: there, enabled, of that region, and usable. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from waybill.domain.arns import KeyArn
from waybill.domain.doctor.facts import Key
from waybill.domain.doctor.permits import Permit, mend
from waybill.domain.doctor.places import guarded
from waybill.domain.doctor.verdicts import bad, good, unseen
from waybill.domain.findings import Finding, Seen, Unseen
from waybill.domain.iam.truth import Truth
from waybill.domain.shell import quoted


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """How KMS's dry run ended: `refused` with words, or not.

    `advice` says what would mend it, `denials` are statements of the key's policy that deny it. `only_through_s3`: the
    dry run was refused, and what S3 asks for somebody would not be.
    """

    refused: str = ""
    advice: str = ""
    denials: tuple[Mapping[str, Any], ...] = ()
    only_through_s3: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyLook:
    """A key as it was looked at. `used` is whether a data key could be made with it; None: it was not tried.

    `policy` is the key's own; None: it is another account's, or AWS's. `bucket` has it as its default; empty: it was
    asked for. `instead` is the ARN of a key that it may have instead; empty: none is known.
    """

    named: KeyArn
    bucket: str = ""
    key: Seen[Key | None] | Unseen
    used: Seen[Tried] | Unseen | None = None
    policy: Seen[str] | Unseen | None = None
    instead: str = ""


def key_findings(look: KeyLook, region: str, caller: str) -> Iterator[Finding]:
    """Yield what there is to say of the key that new objects of a bucket get in a region."""
    subject = look.named.text
    if look.named.region != region:
        says = f"is of {look.named.region}: S3 in {region} cannot encrypt with it"
        how = _another(look, region, f"a key of {region}, or a replica of this one there")
        yield bad("key-region", says, how, region=region, subject=subject)
        return
    yield good("key-region", "is of the bucket's region", region=region, subject=subject)
    if isinstance(look.key, Unseen):
        yield unseen("key", look.key, region=region, subject=subject)
    elif look.key.value is None:
        how = _another(look, region, f"`aws kms list-keys --region {region}` shows those that are there")
        yield bad("key", "is not there", how, region=region, subject=subject)
        return
    else:
        yield good("key", "is there", region=region, subject=subject)
        yield _enabled(look.key.value, region)
        if look.key.value.state != "Enabled":
            return
    if look.used is not None:
        yield _usable(look.used, region, subject, caller)


def _another(look: KeyLook, region: str, which: str) -> str:
    """Return what gives a bucket, or a run, another key."""
    if not look.bucket:
        return f"Give another `kms-key`: {which}."
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": look.instead or "KEY_ARN"}
    rules = {"Rules": [{"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}]}
    return (
        f"aws s3api put-bucket-encryption --region {region} --bucket {look.bucket} "
        f"--server-side-encryption-configuration {quoted(json.dumps(rules), KEY_ARN=f'the ARN of a key of {region}')} "
        f"# the key: {which}"
    )


def enable(key: KeyArn) -> str:
    """Return the command line that enables a key, for the account that has it."""
    return guarded(_enabling(key), key.account)


def _enabling(key: KeyArn) -> str:
    return f"aws kms enable-key --region {key.region} --key-id {key.text.rpartition('/')[2]}"


def _enabled(key: Key, region: str) -> Finding:
    subject = key.arn.text
    if key.state == "Enabled":
        return good("key-enabled", "is enabled", region=region, subject=subject)
    if key.state == "PendingDeletion":
        says = "is about to be deleted: nothing can be encrypted or read with it, and soon never again"
        identifier = subject.rpartition("/")[2]
        cancel = f"aws kms cancel-key-deletion --region {key.arn.region} --key-id {identifier}"
        how = guarded(f"{cancel} && {_enabling(key.arn)}", key.arn.account)
        return bad("key-enabled", says, how, region=region, subject=subject)
    says = f"is {key.state}: nothing can be encrypted or read with it"
    how = enable(key.arn)
    return bad("key-enabled", says, how, region=region, subject=subject)


def _usable(used: Seen[Tried] | Unseen, region: str, subject: str, caller: str) -> Finding:
    if isinstance(used, Unseen):
        return unseen("key-use", used, region=region, subject=subject)
    tried = used.value
    if not tried.refused:
        how = "through S3, and only so" if tried.only_through_s3 else "as a dry run says"
        return good("key-use", f"lets {caller} make data keys, {how}", region=region, subject=subject)
    if tried.denials:
        how = mend(f"the key policy of {subject}", {}, [Permit(truth=Truth.NO, denials=tried.denials)])
    else:
        how = tried.advice or f"Let the identity policy of {caller} and the key policy allow kms:GenerateDataKey."
    return bad(
        "key-use", f"cannot be used: {caller} may not kms:GenerateDataKey with it", how, region=region, subject=subject
    )
