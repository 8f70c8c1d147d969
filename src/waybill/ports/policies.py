"""The policy documents of one account and region, as they are, and put in the place of what was looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from waybill.domain.access.refs import Live, Ref


class PutEnd(Enum):
    """How a put or a deletion ended. STALE: somebody else's document stands there by now; nothing was touched."""

    DONE = "done"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Written:
    """How a put ended; `revision` is the document's new one, where AWS counts them."""

    end: PutEnd
    revision: str | None = None


class Policies(Protocol):
    """One account's documents in one region.

    A put and a deletion name what was looked at (`before`; None: nothing was there). CodeArtifact compares the revision
    itself; of everything else the document is read again just before, so that a change in that very moment is lost.
    """

    def read(self, ref: Ref) -> Live | None:
        """Return a document; None where there is none. Raises `InputError` where what it is of is not there."""

    def put(self, ref: Ref, text: str, *, before: Live | None) -> Written:
        """Put a document in the place of `before`."""

    def delete(self, ref: Ref, *, before: Live) -> PutEnd:
        """Delete a document, as long as it is `before`."""

    def serves_packages(self) -> bool:
        """Whether CodeArtifact is in the region, as far as the SDK knows; nobody is asked."""

    def package_documents(self) -> Sequence[Ref]:
        """Return the documents of all CodeArtifact domains of the account in the region, and of their repositories.

        Whether there is a policy is not asked. `account` of each is empty.
        """

    def role_documents(self) -> Mapping[Ref, Live]:
        """Return the trust policies of all roles of the account. `account` of each is empty."""
