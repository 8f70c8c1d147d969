"""One side's policies as they are read: documents, what could not be read and why, and what was met on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from waybill.commands.together import in_words
from waybill.domain.arns import KeyArn
from waybill.domain.iam.documents import Document, Kind
from waybill.domain.iam.unread import Unread
from waybill.errors import AccessDenied, IdentityError, WaybillError


@dataclass(frozen=True, slots=True, kw_only=True)
class Encrypted:
    """What a bucket encrypts with by default; `key` None: AWS's own. `key_of_bucket`: KMS is asked for the bucket."""

    key: KeyArn | None
    region: str
    key_of_bucket: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What is known of the caller's side, or of the resource's. `nothing`: sentences on what is not there.

    `encrypted` is what a bucket encrypts with, or why that is not known; None where it is not asked, or no key is.
    """

    documents: tuple[Document, ...] = ()
    unread: tuple[Unread, ...] = ()
    notes: tuple[str, ...] = ()
    nothing: tuple[str, ...] = ()
    encrypted: Encrypted | Unread | None = None


def refused(error: WaybillError, kind: Kind, of: str, account: str) -> Unread:
    """Return that policies may not be read. Raises the error where it is no refusal: nobody answered, say."""
    if not isinstance(error, IdentityError):
        raise error
    call = error.refused if isinstance(error, AccessDenied) else None
    why = in_words(error).strip()
    return Unread(
        kind=kind,
        of=of,
        account=account,
        why=why if why.endswith(".") else f"{why}.",
        mend=error.advice,
        call=call.action if call else "",
        caller=call.caller if call else "",
        on=call.resource if call else "",
    )


WHAT = "default encryption"
"""What of a bucket says with which key it encrypts."""


def no_key_known(error: WaybillError, bucket: str, account: str) -> Unread:
    """Return that nobody may see what a bucket encrypts with."""
    found = refused(error, Kind.KEY, bucket, account)
    return replace(found, givable=False, what=WHAT)


def all_refused(error: WaybillError, kinds: Sequence[Kind], of: str, account: str) -> Side:
    """Return a side of which nothing may be read."""
    return Side(unread=tuple(refused(error, kind, of, account) for kind in kinds))
