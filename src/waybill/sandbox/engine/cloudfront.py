"""CloudFront as the sandbox answers: a distribution is what it was asked to be, with CloudFront's defaults.

moto drops much of a configuration (access controls, certificates), takes any ETag, and deletes what is enabled or in
use. Loaded when first somebody asks for CloudFront.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Mapping
from typing import Any

from moto.cloudfront import urls
from moto.cloudfront.models import Distribution, OriginAccessControl, random_id
from moto.cloudfront.responses import CloudFrontResponse
from moto.core.common_types import TYPE_RESPONSE
from moto.core.responses import ActionResult, EmptyResult

from waybill.sandbox.engine.cloudfront_defaults import completed
from waybill.sandbox.engine.refusals import Refusal, rendered

_ASKED = "waybill_asked"


class StrictCloudFront(CloudFrontResponse):
    """Requests to CloudFront, one instance a request."""

    def call_action(self) -> TYPE_RESPONSE:
        """Answer one request; refusals in CloudFront's form."""
        try:
            return super().call_action()
        except Refusal as refusal:
            return rendered(refusal, "cloudfront")

    def create_distribution(self) -> ActionResult:
        """CreateDistribution."""
        return self._created(self._get_param("DistributionConfig", {}), [])

    def create_distribution_with_tags(self) -> ActionResult:
        """CreateDistributionWithTags."""
        asked = self._get_param("DistributionConfigWithTags", {})
        return self._created(asked["DistributionConfig"], asked.get("Tags", {}).get("Items") or [])

    def get_distribution(self) -> ActionResult:
        """GetDistribution; it is deployed by the second time."""
        found, etag = self.backend.get_distribution(self._get_param("Id"))
        return ActionResult({"Distribution": _told(found), "ETag": etag})

    def get_distribution_config(self) -> ActionResult:
        """GetDistributionConfig."""
        found, etag = self.backend.get_distribution(self._get_param("Id"))
        return ActionResult({"DistributionConfig": _asked(found), "ETag": etag})

    def list_distributions(self) -> ActionResult:
        """ListDistributions: a summary is the distribution with its configuration beside it."""
        answer = super().list_distributions()
        result: Any = answer.result
        listed = result["DistributionList"]
        items = [{**_told(found), **_asked(found)} for found in listed["Items"] or []]
        return ActionResult({"DistributionList": {**listed, "Items": items or None}})

    def update_distribution(self) -> ActionResult:
        """UpdateDistribution: with the ETag that it has, for the same caller reference."""
        found, etag = self.backend.get_distribution(self._get_param("Id"))
        self._check_match(etag)
        asked = self._get_param("DistributionConfig", {})
        if asked.get("CallerReference") != _asked(found)["CallerReference"]:
            raise Refusal("IllegalUpdate", "The update contains modifications that are not allowed: CallerReference.")
        self._check_access(asked)
        kept = completed(asked)
        self.backend.update_distribution(asked, found.distribution_id, True)
        vars(found)[_ASKED] = kept
        found.etag = random_id()
        found.last_modified_time = _now()
        result = {"Distribution": _told(found), "ETag": found.etag, "Location": found.location}
        return ActionResult(result)

    def delete_distribution(self) -> ActionResult:
        """DeleteDistribution: one that is disabled."""
        found, etag = self.backend.get_distribution(self._get_param("Id"))
        self._check_match(etag)
        if _asked(found)["Enabled"]:
            raise Refusal("DistributionNotDisabled", "The distribution you are trying to delete is not disabled.", 409)
        return super().delete_distribution()

    def create_invalidation(self) -> ActionResult:
        """CreateInvalidation: it is Completed at once, in CloudFront's own spelling."""
        answer = super().create_invalidation()
        result: Any = answer.result
        result["Invalidation"].status = "Completed"
        return answer

    def create_origin_access_control(self) -> ActionResult:
        """CreateOriginAccessControl: of a new name."""
        name = self._get_param("OriginAccessControlConfig", {}).get("Name")
        if any(each.name == name for each in self.backend.origin_access_controls.values()):
            raise Refusal("OriginAccessControlAlreadyExists", "An origin access control with this name exists.", 409)
        return super().create_origin_access_control()

    def update_origin_access_control(self) -> ActionResult:
        """UpdateOriginAccessControl: with the ETag that it has."""
        found = self._control()
        self._check_match(found.etag)
        found.etag = random_id()
        return super().update_origin_access_control()

    def delete_origin_access_control(self) -> ActionResult:
        """DeleteOriginAccessControl: one that no distribution has."""
        found = self._control()
        self._check_match(found.etag)
        used = {name for each in self.backend.distributions.values() for name in _controls(_asked(each))}
        if found.id in used:
            message = "Cannot delete the origin access control because it's currently in use by a distribution."
            raise Refusal("OriginAccessControlInUse", message, 409)
        self.backend.delete_origin_access_control(found.id)
        return EmptyResult()

    def _created(self, asked: dict[str, Any], tags: list[dict[str, str]]) -> ActionResult:
        self._check_access(asked)
        kept = completed(asked)
        found, location, etag = self.backend.create_distribution(asked, tags)
        vars(found)[_ASKED] = kept
        found.last_modified_time = _now()
        return ActionResult({"Distribution": _told(found), "ETag": etag, "Location": location})

    def _control(self) -> OriginAccessControl:
        return self.backend.get_origin_access_control(self._get_param("Id"))

    def _check_match(self, etag: str) -> None:
        given = self._get_param("IfMatch")
        if not given:
            raise Refusal("InvalidIfMatchVersion", "The If-Match version is missing or not valid for the resource.")
        if given != etag:
            raise Refusal("PreconditionFailed", "The request failed because it didn't meet the preconditions.", 412)

    def _check_access(self, asked: Mapping[str, Any]) -> None:
        for name in _controls(asked):
            if name not in self.backend.origin_access_controls:
                message = f"The origin access control {name} does not exist."
                raise Refusal("InvalidOriginAccessControl", message)


def install() -> None:
    """Let `StrictCloudFront` answer CloudFront's requests."""
    for pattern in urls.url_paths:
        urls.url_paths[pattern] = StrictCloudFront.dispatch


def _controls(asked: Mapping[str, Any]) -> list[str]:
    found = (origin.get("OriginAccessControlId") for origin in asked.get("Origins", {}).get("Items") or [])
    return [name for name in found if name]


def _asked(found: Distribution) -> dict[str, Any]:
    return copy.deepcopy(vars(found)[_ASKED])


def _told(found: Distribution) -> dict[str, Any]:
    none = {"Enabled": False, "Quantity": 0}
    return {
        "Id": found.distribution_id,
        "ARN": found.arn,
        "Status": found.status,
        "LastModifiedTime": found.last_modified_time,
        "InProgressInvalidationBatches": 0,
        "DomainName": found.domain_name,
        "ActiveTrustedSigners": none,
        "ActiveTrustedKeyGroups": none,
        "DistributionConfig": _asked(found),
    }


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
