"""The one list of what the sandbox enforces beyond plain moto, and of what it does not enforce. Shown by `--help`."""

from __future__ import annotations

from typing import Final

ENFORCED: Final = (
    "Bodies: Content-MD5, x-amz-content-sha256 and every checksum header or trailer, on PutObject and UploadPart.",
    "Multipart completion: full-object and part checksums, MpuObjectSize, order and size of parts.",
    "If-None-Match on PutObject, CompleteMultipartUpload and CopyObject: one of two racing writers wins.",
    "ExpectedBucketOwner; bucket policies with their conditions: an explicit denial denies anyone, in the bucket's own "
    "account too, and another account needs an allowance. Every request counts as having come by TLS "
    "(aws:SecureTransport).",
    "Key policies, for S3's use of a key: denials, and the allowance that another account needs.",
    "Conditions: String..., Arn..., Numeric..., Bool and Null on what S3's requests say (encryption, if-none-match, "
    "s3:ObjectCreationOperation, prefix, new tags, ...), the principal's and the resource's account, aws:PrincipalArn, "
    "aws:SourceArn and aws:SourceAccount, the external id, session names and tags, a token's claims. What the sandbox "
    "does not understand (dates, addresses, organisations, policy variables) counts as met in a Deny and as not met in "
    "an Allow, and is logged.",
    "SSE-KMS keys exist, are enabled and are of the bucket's region; objects report the key's ARN.",
    "No ACLs on the prepared buckets.",
    "AssumeRole: the role exists, its trust policy allows the caller as he comes, sts:TagSession and "
    "sts:SetSourceIdentity too; a JSON Web Token is of a provider that the account has, for its audience, and what it "
    "claims is held to the trust policy; one hour for chained roles; 2,048 characters of session policy; never for "
    "root.",
    "Access keys are known; requests are signed by someone; the region exists.",
    "CodePipeline: declarations, requests, modes, stage locks and transitions, approvals, tokens, overrides, stops, "
    "retries and rollbacks, S3 sources and S3 deploys across accounts and regions. An action assumes its role only "
    "where the role's trust policy allows it, and then may do in S3 and KMS what is said above.",
    "CloudFormation: stacks, change sets, replacements, rollbacks, deletion policies, conditions, rules, exports, "
    "capabilities, faults; a type or a property that it does not know fails the stack. What a stack makes, it makes by "
    "calls of the services.",
    "KMS: a replica of a multi-Region key is a key of its own, with its own policy; GenerateDataKey needs an enabled "
    "key, and does nothing with DryRun.",
    "IAM: what is in use is not deleted, permissions boundaries exist, AWS's own managed policies are there; "
    "SimulatePrincipalPolicy answers by identity policies and the boundary, which nothing else asks.",
    "CloudFront: distributions keep what they were asked to be; ETags; what is enabled or in use is not deleted.",
    "CodeArtifact: domains, repositories, upstreams, external connections, tags, and policies with their revisions, "
    "which let other accounts in, and deny; packages of every format, as this API has them: versions are published, "
    "listed, read, copied and deleted. Package managers have no endpoint of their own.",
    "EventBridge: a rule starts a pipeline, for S3 events where the bucket sends them, and for PutEvents.",
    "Parameter Store: names, 4 KB, no {{}}, one writer at a time, 100 versions, labels that block the 101st.",
)

NOT_ENFORCED: Final = (
    "IAM policies, session policies, permission boundaries and service control policies: whoever is in an account may "
    "do everything there.",
    "Public access blocks; anonymous reading; whether a principal that a policy names exists.",
    "KMS key policies on KMS's own calls; grants. Objects are not really encrypted.",
    "Signatures (any secret key does), clock skew, and the expiry of temporary keys.",
    "Web identity tokens: signature and expiry. One that is no JSON Web Token with an issuer is good for any role that "
    "trusts a provider, whatever claims the trust policy asks for.",
    "Session tags: they have no effect, and conditions on aws:PrincipalTag are not understood.",
    "TLS: it speaks plain HTTP, on the loopback interface only.",
    "Throttling, quotas, TooManyUpdates, 409 ConditionalRequestConflict, 5xx answers, and eventual consistency.",
    "Which region a bucket is asked in: every region answers for every bucket.",
    "PackedPolicyTooLarge: session tags and policies are not packed.",
    "Checksums of parts in ListParts; lifecycle rules; replication; other event notifications between services.",
    "CodePipeline: a polled source is found at once, not within a minute; a new pipeline is not started; actions other "
    "than S3 and manual approval succeed without doing anything; stage conditions, onFailure other than ROLLBACK, "
    "triggers, webhooks, custom actions, notifications of approvals and logs do not exist; artifacts are kept as they "
    "are, and nothing limits their size.",
    "CloudFormation: change sets are there at once; transforms, nested stacks, imports, drift, stack policies, hooks, "
    "CreationPolicy, notifications, a stack's own role and time limit do not exist or have no effect.",
    "Websites of the two output buckets are shown to anyone on this machine, whatever their bucket policies say.",
    "CloudFront delivers nothing, and looks up neither certificates nor domain names.",
    "Other services answer as plain moto does, or with 501 NotImplemented.",
)


def text(width: int = 100) -> str:
    """Return both lists as indented paragraphs of at most `width` columns."""
    import textwrap  # noqa: PLC0415 - only for people who read

    def listed(sentences: tuple[str, ...]) -> list[str]:
        return [textwrap.fill(each, width, initial_indent="  - ", subsequent_indent="    ") for each in sentences]

    return "\n".join(
        ["It enforces, beyond plain moto:", *listed(ENFORCED), "", "It does not enforce:", *listed(NOT_ENFORCED)]
    )
