"""The engine: moto's server, pinned to one version, made stricter. The only package of Waybill that imports moto.

moto has no extension points, so these modules subclass and replace internals of exactly `pin.MOTO`; `pin.require`
refuses any other version. Import order matters: `loading` before anything of moto.

    pin          which moto; refuses others
    loading      imports what the sandbox serves, and not what costs half a second for nothing
    refusals     AWS error answers;  checksums, chunked  S3's bodies;  stored  lazy bodies;  trust  policies
                 (these five know nothing of moto)
    admission    who may touch a bucket, expected owners, bucket policies
    keys         SSE-KMS: what is asked for, resolved to a key's ARN as S3 resolves it
    objects, locks, uploads, s3, s3_uploads, s3_copies, s3_settings
                 how objects are kept, written and read; multipart uploads; copies; buckets' settings
    sts, ssm, iam, kms
                 the other services;  events  EventBridge's way to pipelines
    automation   CodePipeline, made when first somebody asks for it;  codepipeline  CodePipeline itself
    strictness   all the replacements, in one call
    preparation  accounts, buckets, keys, parameters, roles
    site, front, http
                 websites for browsers; who may ask at all; the server itself
"""
