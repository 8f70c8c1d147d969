"""The target account: regions and buckets, seen with one identity."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING

from waybill.aws.bucket import S3Bucket
from waybill.aws.calls import Calls
from waybill.aws.keys import KmsKeys
from waybill.aws.location import Location
from waybill.aws.parameters import SsmParameters
from waybill.aws.sessions import Session
from waybill.aws.wire import Wire, connections
from waybill.domain.arns import Caller
from waybill.errors import Unavailable
from waybill.ports.account import Region

if TYPE_CHECKING:
    from waybill.aws.buckets import S3Buckets
    from waybill.aws.declarations import AwsDeclarations
    from waybill.aws.deployed import S3DeployedBucket
    from waybill.aws.distributions import CloudFront
    from waybill.aws.examination import AwsExamination
    from waybill.aws.identities import AwsIdentities
    from waybill.aws.identity_policies import AwsIdentityPolicies, AwsWhereabouts
    from waybill.aws.leftovers import AwsLeftovers
    from waybill.aws.packages import CodeArtifact
    from waybill.aws.pipeline_source import S3SourceBucket
    from waybill.aws.pipelines import CodePipelines
    from waybill.aws.policies import AwsPolicies
    from waybill.aws.settings import AwsSettings
    from waybill.aws.stacks import CloudFormation

Told = Callable[[str, Unavailable, float, float], None]
"""Hears of waits: the region, why, the wait and what is left of the budget, in seconds."""


class AwsAccount:
    """Implements `ports.Account`."""

    def __init__(
        self, session: Session, calls: Calls, caller: Caller, *, told: Told, check: Callable[[], None]
    ) -> None:
        """`check` raises when the run is cancelled."""
        self._session = session
        self._calls = calls
        self._caller = caller
        self._told = told
        self._check = check
        self._lock = Lock()

    def caller(self) -> Caller:
        """Return who we are there."""
        return self._caller

    def region(self, name: str) -> Region:
        """Return one region."""
        calls = self._calls_in(name)
        return Region(
            name=name,
            parameters=SsmParameters(
                self._session.client("ssm", name),
                calls,
                region=name,
                partition=self._caller.partition,
                account=self._caller.account,
            ),
            keys=KmsKeys(lambda: self._session.client("kms", name), calls, region=name),
        )

    def bucket(self, region: str, name: str, *, owner: str) -> S3Bucket:
        """Return a bucket in a region, with its expected owner."""

        def wire(url: str) -> Wire:
            return Wire(
                connections(url, ca_bundle=self._session.ca_bundle, count=8),
                url,
                region=region,
                owner=owner,
                credentials=self._session.credentials,
                check=self._check,
            )

        return S3Bucket(self._location(region, name, owner), wire=wire)

    def deployed_bucket(self, region: str, name: str, *, owner: str | None) -> S3DeployedBucket:
        """Return a bucket that a pipeline deploys to; `owner` None: nobody knows it."""
        from waybill.aws.deployed import S3DeployedBucket, Unowned  # noqa: PLC0415 - a stage deploys nothing

        kind = Unowned if owner is None else Location
        location = kind(
            client=self._session.client("s3", region),
            calls=self._calls_in(region),
            name=name,
            owner=owner or "",
            region=region,
            partition=self._caller.partition,
        )
        return S3DeployedBucket(location)

    def declarations(self, region: str) -> AwsDeclarations:
        """Return a region's pipelines as they are declared."""
        from waybill.aws.declarations import AwsDeclarations  # noqa: PLC0415 - setup's alone

        return AwsDeclarations(
            self._session.client("codepipeline", region),
            self._calls_in(region),
            region=region,
            partition=self._caller.partition,
            account=self._caller.account,
        )

    def settings(self) -> AwsSettings:
        """Return what the account itself is like."""
        from waybill.aws.settings import AwsSettings  # noqa: PLC0415 - setup's alone

        home = self._home()
        return AwsSettings(
            lambda service: self._session.client(service, home),
            self._calls_in(home),
            partition=self._caller.partition,
            account=self._caller.account,
        )

    def examination(self, region: str) -> AwsExamination:
        """Return a region as doctor looks at it."""
        from waybill.aws.examination import AwsExamination  # noqa: PLC0415 - doctor's alone

        return AwsExamination(
            lambda service: self._session.client(service, region),
            self._calls_in(region),
            region=region,
            partition=self._caller.partition,
            account=self._caller.account,
        )

    def identities(self) -> AwsIdentities:
        """Return the account's IAM."""
        from waybill.aws.identities import AwsIdentities  # noqa: PLC0415 - doctor's alone

        home = self._home()
        return AwsIdentities(
            lambda: self._session.client("iam", home),
            self._calls_in(home).hasty(),
            partition=self._caller.partition,
            account=self._caller.account,
        )

    def identity_policies(self) -> AwsIdentityPolicies:
        """Return the policies of the account's users, roles and groups."""
        from waybill.aws.identity_policies import AwsIdentityPolicies  # noqa: PLC0415 - explain's alone

        home = self._home()
        return AwsIdentityPolicies(
            lambda service: self._session.client(service, home),
            self._calls_in(home),
            partition=self._caller.partition,
            account=self._caller.account,
        )

    def _home(self) -> str:
        """Return the region in which the partition's IAM and account settings are asked."""
        from waybill.aws.distributions import HOME  # noqa: PLC0415 - few runs ask them
        from waybill.aws.settings import HOMES  # noqa: PLC0415

        return HOMES.get(self._caller.partition, HOME)

    def whereabouts(self, region: str) -> AwsWhereabouts:
        """Return where things of the account are, as one region knows it."""
        from waybill.aws.identity_policies import AwsWhereabouts  # noqa: PLC0415 - explain's alone

        return AwsWhereabouts(lambda: self._session.client("s3", region), self._calls_in(region), region=region)

    def distributions(self) -> CloudFront:
        """Return the account's CloudFront."""
        from waybill.aws.distributions import HOME, HOMES, CloudFront  # noqa: PLC0415 - a stage deploys nothing

        home = HOMES.get(self._caller.partition, HOME)
        return CloudFront(
            lambda: self._session.client("cloudfront", home),
            self._calls_in(home),
            partition=self._caller.partition,
            account=self._caller.account,
        )

    def pipelines(self, region: str) -> CodePipelines:
        """Return a region's CodePipeline."""
        from waybill.aws.pipelines import CodePipelines  # noqa: PLC0415 - a stage deploys nothing

        return CodePipelines(
            self._session.client("codepipeline", region),
            self._calls_in(region),
            region=region,
            partition=self._caller.partition,
            account=self._caller.account,
            events=lambda: self._session.client("events", region),
        )

    def stacks(self, region: str) -> CloudFormation:
        """Return a region's CloudFormation."""
        from waybill.aws.stacks import CloudFormation  # noqa: PLC0415 - only setup makes stacks

        return CloudFormation(
            self._session.client("cloudformation", region),
            self._calls_in(region),
            region=region,
            partition=self._caller.partition,
            account=self._caller.account,
        )

    def buckets(self, region: str) -> S3Buckets:
        """Return a region's buckets, to look at what they are like."""
        from waybill.aws.buckets import S3Buckets  # noqa: PLC0415 - setup's alone

        client, partition = self._session.client("s3", region), self._caller.partition
        return S3Buckets(client, self._calls_in(region), region=region, partition=partition)

    def policies(self, region: str) -> AwsPolicies:
        """Return a region's policy documents."""
        from waybill.aws.policies import AwsPolicies  # noqa: PLC0415 - access's alone

        return AwsPolicies(
            lambda service: self._session.client(service, region),
            self._calls_in(region),
            region=region,
            account=self._caller.account,
            partition=self._caller.partition,
            serves=lambda service: self._session.serves(service, region),
        )

    def packages(self, region: str) -> CodeArtifact:
        """Return a region's CodeArtifact."""
        from waybill.aws.packages import CodeArtifact  # noqa: PLC0415 - few runs publish packages

        client, partition = self._session.client("codeartifact", region), self._caller.partition
        return CodeArtifact(client, self._calls_in(region), partition=partition)

    def leftovers(self, region: str) -> AwsLeftovers:
        """Return a region's resources that hold data."""
        from waybill.aws.leftovers import AwsLeftovers  # noqa: PLC0415 - only setup deletes any

        return AwsLeftovers(
            lambda service: self._session.client(service, region),
            self._calls_in(region),
            region=region,
            account=self._caller.account,
            check=self._check,
        )

    def source_bucket(self, region: str, name: str, *, owner: str) -> S3SourceBucket:
        """Return the bucket of a pipeline's source action, with its expected owner."""
        from waybill.aws.pipeline_source import S3SourceBucket  # noqa: PLC0415 - a stage deploys nothing

        return S3SourceBucket(self._location(region, name, owner))

    def _location(self, region: str, name: str, owner: str) -> Location:
        return Location(
            client=self._session.client("s3", region),
            calls=self._calls_in(region),
            name=name,
            owner=owner,
            region=region,
            partition=self._caller.partition,
        )

    def _calls_in(self, region: str) -> Calls:
        return self._calls.telling(lambda error, wait, left: self._told(region, error, wait, left))
