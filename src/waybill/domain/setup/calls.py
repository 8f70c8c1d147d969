"""The calls that the verbs of setup make themselves, beside CloudFormation: their session policies are made of them."""

from __future__ import annotations

from waybill.domain.calls import Call, On

ADOPT_CALLS = (
    Call("ssm:GetParameter", On.CONFIGURATION, "read the organisation configuration and the buckets' names"),
    Call("ssm:PutParameter", On.CONFIGURATION, "write them"),
    Call("s3:ListBucket", On.LISTING, "see that the bucket is there"),
    Call("s3:GetBucketVersioning", On.BUCKET, "see that it is versioned"),
    Call("s3:GetEncryptionConfiguration", On.BUCKET, "see that KMS encrypts there"),
    Call("s3:GetBucketPublicAccessBlock", On.BUCKET, "compare it with region.yaml's; may be left out"),
    Call("s3:GetBucketOwnershipControls", On.BUCKET, "compare it with region.yaml's; may be left out"),
    Call("s3:GetBucketPolicy", On.BUCKET, "compare it with region.yaml's; may be left out"),
    Call("s3:GetLifecycleConfiguration", On.BUCKET, "compare it with region.yaml's; may be left out"),
)
"""What `setup adopt` needs in every account."""

PIPELINE_ROLE_CALLS = (
    Call("codepipeline:GetPipeline", On.PIPELINE, "read the pipeline's declaration"),
    Call("codepipeline:ListPipelineExecutions", On.PIPELINE, "see what is under way, which an update would cancel"),
    Call("codepipeline:UpdatePipeline", On.PIPELINE, "write the declaration with the role, with `yes` only"),
    Call("iam:PassRole", On.ROLE, "keep the pipeline's own role, as UpdatePipeline asks for, with `yes` only"),
    Call("kms:DescribeKey", On.KEY, "see whether the artifacts' key is the customer's own; may be left out"),
)
"""What `setup pipeline-role` needs in the pipeline's account."""

CHECK_CALLS = (
    Call("iam:ListAccountAliases", On.ANYTHING, "see the account's alias"),
    Call("iam:GetAccountSummary", On.ANYTHING, "see whether root has access keys, a password and a second factor"),
    Call("iam:GetAccountPasswordPolicy", On.ANYTHING, "see what passwords must be"),
    Call("iam:ListUsers", On.ANYTHING, "find users with access keys"),
    Call("iam:ListAccessKeys", On.ANYTHING, "see how old their access keys are"),
    Call("account:GetAlternateContact", On.ANYTHING, "see whom AWS writes to about bills"),
)
"""What `setup check` needs in every account; what is left out, it says is unknown."""
