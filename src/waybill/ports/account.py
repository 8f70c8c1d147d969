"""An account after all roles are assumed, its regions, and what is in each beside the buckets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from waybill.domain.arns import Caller, KeyArn
from waybill.ports.bucket import Bucket

if TYPE_CHECKING:  # what only a deploy or setup needs, a stage's start need not read
    from waybill.ports.buckets import Buckets
    from waybill.ports.declarations import Declarations
    from waybill.ports.deployed import DeployedBucket
    from waybill.ports.distributions import Distributions
    from waybill.ports.documents import IdentityPolicies, Whereabouts
    from waybill.ports.examination import Examination, Identities
    from waybill.ports.leftovers import Leftovers
    from waybill.ports.packages import Packages
    from waybill.ports.pipeline import Pipelines, SourceBucket
    from waybill.ports.policies import Policies
    from waybill.ports.settings import Settings
    from waybill.ports.stacks import Stacks


class PutResult(Enum):
    """How a parameter's put ended."""

    WRITTEN = "written"
    EXISTS = "exists"


class Parameters(Protocol):
    """One region's SSM parameters."""

    def get(self, name: str) -> str | None:
        """Return a parameter's value, or None where there is none."""

    def history(self, name: str) -> Sequence[str]:
        """Return the values that a parameter has had, oldest first, at most 100; empty where there is none.

        What was put through this same object shows, or `Unavailable` is raised (P3).
        """

    def below(self, path: str) -> Mapping[str, str]:
        """Return the parameters below a path, at every depth: their whole names and their values."""

    def put(self, name: str, value: str, *, create: bool) -> PutResult:
        """Write a String; with `create`, only where there is none (`EXISTS` otherwise)."""

    def delete(self, name: str) -> bool:
        """Delete a parameter, its history with it; returns whether there was one."""


class Keys(Protocol):
    """One region's KMS."""

    def resolve(self, key: KeyArn) -> KeyArn:
        """Return the ARN of the key itself, which is what S3 reports, for the ARN of a key or of an alias."""

    def customer_managed(self, key: KeyArn) -> bool | None:
        """Return whether a key is the customer's own, and not AWS's; None where there is no such key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """One region as one run sees it, with credentials of the target account."""

    name: str
    parameters: Parameters
    keys: Keys


class Account(Protocol):
    """The target account, after all roles are assumed."""

    def caller(self) -> Caller:
        """Return who we are there; asks AWS once."""

    def region(self, name: str) -> Region:
        """Return one region; nothing is asked of AWS."""

    def bucket(self, region: str, name: str, *, owner: str) -> Bucket:
        """Return a bucket in a region, with its expected owner; nothing is asked of AWS."""

    def pipelines(self, region: str) -> Pipelines:
        """Return a region's CodePipeline; nothing is asked of AWS."""

    def stacks(self, region: str) -> Stacks:
        """Return a region's CloudFormation; nothing is asked of AWS."""

    def buckets(self, region: str) -> Buckets:
        """Return a region's buckets, to look at what they are like; nothing is asked of AWS."""

    def leftovers(self, region: str) -> Leftovers:
        """Return a region's resources that hold data; nothing is asked of AWS."""

    def policies(self, region: str) -> Policies:
        """Return a region's policy documents; nothing is asked of AWS."""

    def packages(self, region: str) -> Packages:
        """Return a region's CodeArtifact; nothing is asked of AWS."""

    def source_bucket(self, region: str, name: str, *, owner: str) -> SourceBucket:
        """Return the bucket of a pipeline's source action, with its expected owner; nothing is asked of AWS."""

    def deployed_bucket(self, region: str, name: str, *, owner: str | None) -> DeployedBucket:
        """Return a bucket that a pipeline deploys to; `owner` None: nobody knows it. Nothing is asked of AWS."""

    def declarations(self, region: str) -> Declarations:
        """Return a region's pipelines as they are declared; nothing is asked of AWS."""

    def settings(self) -> Settings:
        """Return what the account itself is like; nothing is asked of AWS."""

    def examination(self, region: str) -> Examination:
        """Return a region as doctor looks at it; nothing is asked of AWS."""

    def identities(self) -> Identities:
        """Return the account's IAM; nothing is asked of AWS."""

    def identity_policies(self) -> IdentityPolicies:
        """Return the policies of the account's users, roles and groups; nothing is asked of AWS."""

    def whereabouts(self, region: str) -> Whereabouts:
        """Return where things of the account are, as one region knows it; nothing is asked of AWS."""

    def distributions(self) -> Distributions:
        """Return the account's CloudFront; nothing is asked of AWS."""


class Gateway(Protocol):
    """The way into the target account."""

    def enter(self, policy: str) -> Account:
        """Return the account under a session policy (JSON), all roles assumed. Entering again narrows anew."""
