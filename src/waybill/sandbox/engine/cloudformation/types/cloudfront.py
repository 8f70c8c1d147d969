"""AWS::CloudFront::Distribution and AWS::CloudFront::OriginAccessControl."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import uuid4

from waybill.sandbox.engine.cloudformation.kinds import Made, Place
from waybill.sandbox.engine.cloudformation.types.asking import ask
from waybill.sandbox.engine.cloudformation.types.common import gone, tag_list, tags

_NAMES: Final = {
    "AcmCertificateArn": "ACMCertificateArn",
    "IamCertificateId": "IAMCertificateId",
    "SslSupportMethod": "SSLSupportMethod",
    "OriginSSLProtocols": "OriginSslProtocols",
    "IPV6Enabled": "IsIPV6Enabled",
}


class OriginAccessControl:
    """How CloudFront signs what it asks an origin for."""

    type = "AWS::CloudFront::OriginAccessControl"
    known = frozenset({"OriginAccessControlConfig"})
    required = frozenset({"OriginAccessControlConfig"})
    replaces = frozenset[str]()

    def create(self, properties: Mapping[str, Any], place: Place) -> Made:
        """CreateOriginAccessControl."""
        found = ask(place.client("cloudfront"), "CreateOriginAccessControl", properties)["OriginAccessControl"]
        return Made(found["Id"], {"Id": found["Id"]})

    def update(self, made: Made, before: Mapping[str, Any], after: Mapping[str, Any], place: Place) -> Made:
        """UpdateOriginAccessControl."""
        client, which = place.client("cloudfront"), {"Id": made.physical_id}
        etag = ask(client, "GetOriginAccessControl", which)["ETag"]
        ask(client, "UpdateOriginAccessControl", {**after, **which, "IfMatch": etag})
        return made

    def delete(self, made: Made, properties: Mapping[str, Any], place: Place) -> None:
        """DeleteOriginAccessControl; CloudFront refuses one that a distribution has."""
        client, which = place.client("cloudfront"), {"Id": made.physical_id}
        with gone("NoSuchOriginAccessControl"):
            etag = ask(client, "GetOriginAccessControl", which)["ETag"]
            ask(client, "DeleteOriginAccessControl", {**which, "IfMatch": etag})


class Distribution:
    """A distribution. It is disabled before it is deleted."""

    type = "AWS::CloudFront::Distribution"
    known = frozenset({"DistributionConfig", "Tags"})
    required = frozenset({"DistributionConfig"})
    replaces = frozenset[str]()

    def create(self, properties: Mapping[str, Any], place: Place) -> Made:
        """CreateDistributionWithTags."""
        config = _config(properties, f"{place.stack}-{place.logical_id}-{uuid4()}")
        request = {"DistributionConfig": config, "Tags": {"Items": tag_list(tags(properties, place))}}
        answer = ask(
            place.client("cloudfront"), "CreateDistributionWithTags", {"DistributionConfigWithTags": request}, _renamed
        )
        found = answer["Distribution"]
        return Made(found["Id"], {"Id": found["Id"], "DomainName": found["DomainName"]})

    def update(self, made: Made, before: Mapping[str, Any], after: Mapping[str, Any], place: Place) -> Made:
        """UpdateDistribution, and its tags."""
        client, which = place.client("cloudfront"), {"Id": made.physical_id}
        if before["DistributionConfig"] != after["DistributionConfig"]:
            there = ask(client, "GetDistributionConfig", which)
            config = _config(after, there["DistributionConfig"]["CallerReference"])
            request = {**which, "IfMatch": there["ETag"], "DistributionConfig": config}
            ask(client, "UpdateDistribution", request, _renamed)
        resource = {"Resource": f"arn:aws:cloudfront::{place.account}:distribution/{made.physical_id}"}
        then = tags(after, place)
        had = {tag["Key"] for tag in ask(client, "ListTagsForResource", resource)["Tags"].get("Items", [])}
        if had - then.keys():
            ask(client, "UntagResource", {**resource, "TagKeys": {"Items": sorted(had - then.keys())}})
        if then:
            ask(client, "TagResource", {**resource, "Tags": {"Items": tag_list(then)}})
        return made

    def delete(self, made: Made, properties: Mapping[str, Any], place: Place) -> None:
        """UpdateDistribution to disabled, then DeleteDistribution."""
        client, which = place.client("cloudfront"), {"Id": made.physical_id}
        with gone("NoSuchDistribution"):
            there = ask(client, "GetDistributionConfig", which)
            etag = there["ETag"]
            if there["DistributionConfig"]["Enabled"]:
                disabled = {**there["DistributionConfig"], "Enabled": False}
                request = {**which, "IfMatch": etag, "DistributionConfig": disabled}
                etag = ask(client, "UpdateDistribution", request)["ETag"]
            ask(client, "DeleteDistribution", {**which, "IfMatch": etag})


def _renamed(name: str) -> str:
    return _NAMES.get(name, name)


def _config(properties: Mapping[str, Any], reference: str) -> dict[str, Any]:
    config = {"Comment": "", **properties["DistributionConfig"], "CallerReference": reference}
    if "DefaultCacheBehavior" in config:
        config["DefaultCacheBehavior"] = _behaviour(config["DefaultCacheBehavior"])
    if "CacheBehaviors" in config:
        config["CacheBehaviors"] = [_behaviour(each) for each in config["CacheBehaviors"]]
    return config


def _behaviour(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return a behaviour as the API has it: the methods that are cached are inside those that are allowed."""
    behaviour = {name: value for name, value in given.items() if name not in ("AllowedMethods", "CachedMethods")}
    for name in ("AllowedMethods", "CachedMethods"):
        if name in given:
            methods = {"Quantity": len(given[name]), "Items": given[name]}
            allowed = behaviour.setdefault("AllowedMethods", methods)
            if name == "CachedMethods":
                allowed["CachedMethods"] = methods
    return behaviour
