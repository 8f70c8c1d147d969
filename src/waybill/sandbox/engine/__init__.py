"""The engine: moto's server, pinned to one version, made stricter. The only package of Waybill that imports moto.

moto has no extension points, so these modules subclass and replace internals of exactly `pin.MOTO`; `pin.require`
refuses any other version. Import order matters: `loading` before anything of moto.

    pin          which moto; refuses others
    loading      imports what the sandbox serves, and not what costs half a second for nothing
    refusals     AWS error answers;  checksums, chunked  S3's bodies;  stored  lazy bodies
    policies     what a policy says to a request;  conditions  its conditions;  s3_actions  what S3's requests say
    web_identity what a token says;  tokens  makes them   (all of these know nothing of moto)
    judging      asks a policy in somebody's name
    admission    who may touch a bucket, expected owners, bucket policies
    keys         SSE-KMS: what is asked for, resolved to a key's ARN as S3 resolves it
    objects, locks, uploads, s3, s3_deletes, s3_uploads, s3_copies, s3_settings
                 how objects are kept, written, read and deleted; multipart uploads; copies; buckets' settings
    sts, ssm, iam, kms
                 the other services;  events  EventBridge's way to pipelines
    automation   what is made when first somebody asks for it: codepipeline, cloudformation, codeartifact, which are our
                 own;  late  what takes moto's place then: cloudfront (cloudfront_defaults)
    strictness   all the replacements, in one call
    preparation  accounts, buckets, keys, parameters, roles
    once         what moto need not work out for every request
    site, front, answering, http
                 websites for browsers; who may ask at all; one answer; the server itself
"""
