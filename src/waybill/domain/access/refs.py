"""Which policy documents there are, and how long each may be. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from waybill.domain.arns import partition_of
from waybill.domain.iam.documents import Kind

LIMITS: Final[Mapping[Kind, int]] = {
    Kind.DOMAIN: 7168,
    Kind.REPOSITORY: 7168,
    Kind.BUCKET: 20 * 1024,
    Kind.KEY: 32 * 1024,
    Kind.TRUST: 2048,
}
"""Characters of a document (bytes of a bucket's and a key's).

https://docs.aws.amazon.com/codeartifact/latest/APIReference/API_PutRepositoryPermissionsPolicy.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html
https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

UNDELETABLE: Final = frozenset({Kind.KEY, Kind.TRUST})
"""What has a policy always."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Ref:
    """One policy document, by what it is of. `account` is a name of the file, `owner` that account's number.

    `name` is a domain's, `DOMAIN/REPOSITORY`, a bucket's, a key's ARN, or a role's with its path. A role has no region
    of its own: its `region` is where IAM is asked.
    """

    account: str
    owner: str
    region: str
    kind: Kind
    name: str

    @property
    def arn(self) -> str:
        """The ARN of what the document is of."""
        if self.kind is Kind.KEY:
            return self.name
        partition = partition_of(self.region)
        if self.kind is Kind.BUCKET:
            return f"arn:{partition}:s3:::{self.name}"
        if self.kind is Kind.TRUST:
            return f"arn:{partition}:iam::{self.owner}:role/{self.name}"
        return f"arn:{partition}:codeartifact:{self.region}:{self.owner}:{self._codeartifact}/{self.name}"

    @property
    def place(self) -> tuple[str, str]:
        """The account's name and the region."""
        return self.account, self.region

    @property
    def revised(self) -> bool:
        """Whether AWS itself counts the document's revisions."""
        return self.kind in {Kind.DOMAIN, Kind.REPOSITORY}

    @property
    def short(self) -> str:
        """What it is of, as sentences name it."""
        if self.kind is Kind.KEY:
            return f"the key {self.name.rpartition('/')[2]} ({self.region})"
        if self.kind is Kind.BUCKET:
            return self.name
        if self.kind is Kind.TRUST:
            return f"the role {self.name.rpartition('/')[2]}"
        return self.name

    def __str__(self) -> str:
        where = self.account if self.kind is Kind.TRUST else f"{self.account}/{self.region}"
        return f"the {self.kind.value} of {self.short} in {where}"

    @property
    def _codeartifact(self) -> str:
        return "domain" if self.kind is Kind.DOMAIN else "repository"

    def length(self, text: str) -> int:
        """Return how long a document of this kind is, as AWS counts it: IAM leaves out the space between."""
        return len(text.encode()) if self.kind in {Kind.BUCKET, Kind.KEY} else len(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """A document as it is. `revision` is CodeArtifact's, None of what has none."""

    text: str
    revision: str | None = None
