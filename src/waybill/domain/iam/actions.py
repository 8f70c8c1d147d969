"""The actions of the services that Waybill uses, to see typing errors. AWS adds some: others are no faults. Pure.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Final

from waybill.domain.iam.codeartifact import ASKED_ON

_STS: Final = """
AssumeRole AssumeRoleWithSAML AssumeRoleWithWebIdentity AssumeRoot DecodeAuthorizationMessage GetAccessKeyInfo
GetCallerIdentity GetDelegatedAccessToken GetFederationToken GetServiceBearerToken GetSessionToken GetWebIdentityToken
SetContext SetSourceIdentity TagGetWebIdentityToken TagSession
"""
_KMS: Final = """
CancelKeyDeletion ConnectCustomKeyStore CreateAlias CreateCustomKeyStore CreateGrant CreateKey Decrypt DeleteAlias
DeleteCustomKeyStore DeleteImportedKeyMaterial DeriveSharedSecret DescribeCustomKeyStores DescribeKey DisableKey
DisableKeyRotation DisconnectCustomKeyStore EnableKey EnableKeyRotation Encrypt GenerateDataKey GenerateDataKeyPair
GenerateDataKeyPairWithoutPlaintext GenerateDataKeyWithoutPlaintext GenerateMac GenerateRandom GetKeyPolicy
GetKeyRotationStatus GetParametersForImport GetPublicKey ImportKeyMaterial ListAliases ListGrants ListKeyPolicies
ListKeyRotations ListKeys ListResourceTags ListRetirableGrants PutKeyPolicy ReEncryptFrom ReEncryptTo ReplicateKey
RetireGrant RevokeGrant RotateKeyOnDemand ScheduleKeyDeletion Sign SynchronizeMultiRegionKey TagResource UntagResource
UpdateAlias UpdateCustomKeyStore UpdateKeyDescription UpdatePrimaryRegion Verify VerifyMac
"""
_S3: Final = """
AbortMultipartUpload BypassGovernanceRetention CreateAccessPoint CreateBucket CreateBucketMetadataTableConfiguration
CreateJob DeleteAccessPoint DeleteAccessPointPolicy DeleteBucket DeleteBucketPolicy DeleteBucketWebsite DeleteObject
DeleteObjectTagging DeleteObjectVersion DeleteObjectVersionTagging DescribeJob GetAccelerateConfiguration
GetAccessPoint GetAccessPointPolicy GetAccountPublicAccessBlock GetAnalyticsConfiguration GetBucketAbac GetBucketAcl
GetBucketCORS GetBucketLocation GetBucketLogging GetBucketNotification GetBucketObjectLockConfiguration
GetBucketOwnershipControls GetBucketPolicy GetBucketPolicyStatus GetBucketPublicAccessBlock GetBucketRequestPayment
GetBucketTagging GetBucketVersioning GetBucketWebsite GetEncryptionConfiguration GetIntelligentTieringConfiguration
GetInventoryConfiguration GetLifecycleConfiguration GetMetricsConfiguration GetObject GetObjectAcl
GetObjectAttributes GetObjectLegalHold GetObjectRetention GetObjectTagging GetObjectTorrent GetObjectVersion
GetObjectVersionAcl GetObjectVersionAttributes GetObjectVersionForReplication GetObjectVersionTagging
GetObjectVersionTorrent GetReplicationConfiguration InitiateReplication ListAccessPoints ListAllMyBuckets ListBucket
ListBucketMultipartUploads ListBucketVersions ListJobs ListMultipartUploadParts ListTagsForResource
ObjectOwnerOverrideToBucketOwner PutAccelerateConfiguration PutAccessPointPolicy PutAccountPublicAccessBlock
PutAnalyticsConfiguration PutBucketAbac PutBucketAcl PutBucketCORS PutBucketLogging PutBucketNotification
PutBucketObjectLockConfiguration PutBucketOwnershipControls PutBucketPolicy PutBucketPublicAccessBlock
PutBucketRequestPayment PutBucketTagging PutBucketVersioning PutBucketWebsite PutEncryptionConfiguration
PutIntelligentTieringConfiguration PutInventoryConfiguration PutLifecycleConfiguration PutMetricsConfiguration
PutObject PutObjectAcl PutObjectLegalHold PutObjectRetention PutObjectTagging PutObjectVersionAcl
PutObjectVersionTagging PutReplicationConfiguration ReplicateDelete ReplicateObject ReplicateTags RestoreObject
TagResource UntagResource UpdateObjectEncryption
"""
_KNOWN: Final[Mapping[str, tuple[str, ...]]] = {
    "codeartifact": (*ASKED_ON, "ListDomains", "ListRepositories"),
    "kms": tuple(_KMS.split()),
    "s3": tuple(_S3.split()),
    "sts": tuple(_STS.split()),
}
_CALLS: Final = {
    "completemultipartupload": "PutObject",
    "copyobject": "PutObject (and s3:GetObject on the source)",
    "createmultipartupload": "PutObject",
    "headbucket": "ListBucket",
    "headobject": "GetObject",
    "listbuckets": "ListAllMyBuckets",
    "listobjects": "ListBucket",
    "listobjectsv2": "ListBucket",
    "listobjectversions": "ListBucketVersions",
    "listparts": "ListMultipartUploadParts",
    "uploadpart": "PutObject",
    "uploadpartcopy": "PutObject (and s3:GetObject on the source)",
}
"""Calls of S3 that policies have no action of, and the action that they need."""


def doubt(action: str) -> str:
    """Return a sentence where an action, `s3:GetObjet`, looks like a typing error, or is a call; else nothing."""
    service, _, name = action.partition(":")
    known = {one.lower(): one for one in _KNOWN.get(service.lower(), ())}
    if not known or name.lower() in known:
        return ""
    if service.lower() == "s3" and name.lower() in _CALLS:
        return f"Policies know no {action}: that call needs s3:{_CALLS[name.lower()]}."
    close = get_close_matches(name.lower(), known, n=1, cutoff=0.8)
    return f"Waybill knows no action {action}: did you mean {service}:{known[close[0]]}?" if close else ""
