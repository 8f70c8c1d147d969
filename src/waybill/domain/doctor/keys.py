"""The KMS key that encrypts in a region: there, enabled, of that region, and usable. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from waybill.domain.arns import KeyArn
from waybill.domain.doctor.facts import Key
from waybill.domain.doctor.verdicts import bad, good, unseen
from waybill.domain.findings import Finding, Seen, Unseen


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyLook:
    """A key as it was looked at. `used` is whether a data key could be made with it, as its own dry run said.

    `used` `Seen("")`: it could; `Seen(words)`: KMS refused with these words; None: it was not tried.
    """

    named: KeyArn
    key: Seen[Key | None] | Unseen
    used: Seen[str] | Unseen | None = None


def key_findings(look: KeyLook, region: str, caller: str) -> Iterator[Finding]:
    """Yield what there is to say of the key that new objects of a bucket get in a region."""
    subject = look.named.text
    if look.named.region != region:
        says = f"is of {look.named.region}: S3 in {region} cannot encrypt with it"
        mend = f"Give the bucket a key of {region} (or a replica of that key there) as its default."
        yield bad("key-region", says, mend, region=region, subject=subject)
        return
    yield good("key-region", "is of the bucket's region", region=region, subject=subject)
    if isinstance(look.key, Unseen):
        yield unseen("key", look.key, region=region, subject=subject)
    elif look.key.value is None:
        mend = f"Make one, or name another as the bucket's default (aws kms list-keys --region {region} shows them)."
        yield bad("key", "is not there", mend, region=region, subject=subject)
        return
    else:
        yield good("key", "is there", region=region, subject=subject)
        yield _enabled(look.key.value, region)
        if look.key.value.state != "Enabled":
            return
    if look.used is not None:
        yield _usable(look.used, region, subject, caller)


def _enabled(key: Key, region: str) -> Finding:
    subject = key.arn.text
    if key.state == "Enabled":
        return good("key-enabled", "is enabled", region=region, subject=subject)
    if key.state == "PendingDeletion":
        says = "is about to be deleted: nothing can be encrypted or read with it, and soon never again"
        mend = f"aws kms cancel-key-deletion --region {region} --key-id {subject}, and then enable it"
        return bad("key-enabled", says, mend, region=region, subject=subject)
    says = f"is {key.state}: nothing can be encrypted or read with it"
    mend = f"aws kms enable-key --region {region} --key-id {subject}"
    return bad("key-enabled", says, mend, region=region, subject=subject)


def _usable(used: Seen[str] | Unseen, region: str, subject: str, caller: str) -> Finding:
    if isinstance(used, Unseen):
        return unseen("key-use", used, region=region, subject=subject)
    if not used.value:
        return good("key-use", f"lets {caller} make data keys", region=region, subject=subject)
    statement = f'{{"Effect": "Allow", "Action": ["kms:Decrypt", "kms:GenerateDataKey"], "Resource": "{subject}"}}'
    mend = f"Add to the identity policy of {caller}, and let the key policy allow the same: {statement}"
    return bad("key-use", f"cannot be used: {used.value}", mend, region=region, subject=subject)
