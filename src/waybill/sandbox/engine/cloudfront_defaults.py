"""What CloudFront fills in where a distribution's configuration leaves something out. Pure.

https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_DistributionConfig.html
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, Final

_NONE: Final = {"Quantity": 0}
_READING: Final = {"Quantity": 2, "Items": ["HEAD", "GET"]}
_CERTIFICATE: Final = {
    "CloudFrontDefaultCertificate": True,
    "SSLSupportMethod": "vip",
    "MinimumProtocolVersion": "TLSv1",
    "CertificateSource": "cloudfront",
}
_WHOLE: Final[Mapping[str, Any]] = {
    "Aliases": _NONE,
    "DefaultRootObject": "",
    "OriginGroups": _NONE,
    "CacheBehaviors": _NONE,
    "CustomErrorResponses": _NONE,
    "Logging": {"Enabled": False, "IncludeCookies": False, "Bucket": "", "Prefix": ""},
    "PriceClass": "PriceClass_All",
    "ViewerCertificate": _CERTIFICATE,
    "Restrictions": {"GeoRestriction": {"RestrictionType": "none", "Quantity": 0}},
    "WebACLId": "",
    "HttpVersion": "http2",
    "IsIPV6Enabled": True,
}
_ORIGIN: Final[Mapping[str, Any]] = {
    "OriginPath": "",
    "CustomHeaders": _NONE,
    "ConnectionAttempts": 3,
    "ConnectionTimeout": 10,
    "OriginShield": {"Enabled": False},
    "OriginAccessControlId": "",
}
_BEHAVIOUR: Final[Mapping[str, Any]] = {
    "TrustedSigners": {"Enabled": False, "Quantity": 0},
    "TrustedKeyGroups": {"Enabled": False, "Quantity": 0},
    "AllowedMethods": {**_READING, "CachedMethods": _READING},
    "SmoothStreaming": False,
    "Compress": False,
    "LambdaFunctionAssociations": _NONE,
    "FunctionAssociations": _NONE,
    "FieldLevelEncryptionId": "",
}


def completed(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of a configuration with everything that CloudFront would say of it."""
    full = {**copy.deepcopy(dict(_WHOLE)), **copy.deepcopy(dict(asked))}
    origins = [{**_ORIGIN, **origin} for origin in full["Origins"]["Items"]]
    full["Origins"] = {"Quantity": len(origins), "Items": origins}
    full["DefaultCacheBehavior"] = _behaviour(full["DefaultCacheBehavior"])
    others = full["CacheBehaviors"].get("Items")
    if others:
        full["CacheBehaviors"] = {"Quantity": len(others), "Items": [_behaviour(each) for each in others]}
    if "ACMCertificateArn" in full["ViewerCertificate"]:
        given = full["ViewerCertificate"]
        same = {"Certificate": given["ACMCertificateArn"], "CertificateSource": "acm"}
        full["ViewerCertificate"] = {"CloudFrontDefaultCertificate": False, **given, **same}
    return copy.deepcopy(full)


def _behaviour(asked: Mapping[str, Any]) -> dict[str, Any]:
    full = {**_BEHAVIOUR, **asked}
    full["AllowedMethods"] = {**_BEHAVIOUR["AllowedMethods"], **full["AllowedMethods"]}
    return full
