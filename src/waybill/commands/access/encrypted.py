"""What a bucket encrypts with by default, as far as it may be seen: its key is asked about every object, too."""

from __future__ import annotations

from waybill.commands.access.reading import WHAT, Encrypted, no_key_known
from waybill.commands.together import in_words
from waybill.domain.arns import KeyArn, partition_of
from waybill.domain.iam.documents import Kind
from waybill.domain.iam.services import key_actions
from waybill.domain.iam.unread import Unread
from waybill.errors import Cancelled, IdentityError, InputError, WaybillError
from waybill.ports.account import Account
from waybill.ports.bucket import Encryption

_AWS_OWN = "alias/aws/s3"


def encrypted_with(account: Account, region: str, bucket: str, action: str) -> Encrypted | Unread | None:
    """Return what a bucket encrypts with, or why that may not be seen; None where no key is asked about `action`."""
    if not key_actions(action):
        return None
    owner, partition = account.caller().account, partition_of(region)
    where = f"arn:{partition}:s3:::{bucket}"
    try:
        default = account.bucket(region, bucket, owner=owner).default_encryption()
        if default.kind is Encryption.NO_KMS:
            return None
        named = default.key or _AWS_OWN
        key = KeyArn.normalise(named, partition=partition, region=region, account=owner)
    except Cancelled:
        raise
    except (InputError, ValueError):
        return None
    except IdentityError as error:
        return no_key_known(error, where, owner)
    except WaybillError as error:
        return Unread(kind=Kind.KEY, of=where, account=owner, why=in_words(error), givable=False, what=WHAT)
    own = key.resource == _AWS_OWN
    return Encrypted(key=None if own else key, region=region, key_of_bucket=default.bucket_key)
