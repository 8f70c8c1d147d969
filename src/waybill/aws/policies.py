"""The policy documents of one account and region, each kind by the service that keeps it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from waybill.aws.calls import Calls
from waybill.aws.package_policies import PackagePolicies
from waybill.aws.resource_policies import Buckets, KeyPolicies, ResourcePolicies, Trusts
from waybill.domain.access.refs import Live, Ref
from waybill.domain.iam.documents import Kind
from waybill.ports.policies import PutEnd, Written


class AwsPolicies:
    """Implements `ports.Policies`. `client` makes the client of a service in this region.

    `serves` says whether the SDK knows of a service there.
    """

    def __init__(
        self,
        client: Callable[[str], Any],
        calls: Calls,
        *,
        region: str,
        account: str,
        partition: str,
        serves: Callable[[str], bool] = lambda _: True,
    ) -> None:
        self._serves = serves
        self._here = {"owner": account, "region": region, "partition": partition}
        self._packages = PackagePolicies(
            lambda: client("codeartifact"), calls, region=region, account=account, partition=partition
        )
        self._trusts = Trusts(lambda: client("iam"), calls)
        self._kinds: Mapping[Kind, PackagePolicies | ResourcePolicies] = {
            Kind.DOMAIN: self._packages,
            Kind.REPOSITORY: self._packages,
            Kind.BUCKET: ResourcePolicies(Buckets(lambda: client("s3"), calls)),
            Kind.KEY: ResourcePolicies(KeyPolicies(lambda: client("kms"), calls)),
            Kind.TRUST: ResourcePolicies(self._trusts),
        }

    def read(self, ref: Ref) -> Live | None:
        """Return a document; None where there is none."""
        return self._kinds[ref.kind].read(ref)

    def put(self, ref: Ref, text: str, *, before: Live | None) -> Written:
        """Put a document in the place of `before`."""
        return self._kinds[ref.kind].put(ref, text, before=before)

    def delete(self, ref: Ref, *, before: Live) -> PutEnd:
        """Delete a document, as long as it is `before`."""
        return self._kinds[ref.kind].delete(ref, before=before)

    def serves_packages(self) -> bool:
        """Whether CodeArtifact is in the region, as far as the SDK knows."""
        return self._serves("codeartifact")

    def package_documents(self) -> Sequence[Ref]:
        """Return the documents of all CodeArtifact domains of the account in the region, and of their repositories."""
        return list(self._packages.all())

    def role_documents(self) -> Mapping[Ref, Live]:
        """Return the trust policies of all roles of the account."""
        return dict(self._trusts.all(**self._here))
