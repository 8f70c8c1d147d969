"""The engine: moto's server, pinned to one version, made stricter. The only package of Waybill that imports moto.

moto has no extension points, so these modules subclass and replace internals of exactly `pin.MOTO`; `pin.require`
refuses any other version. Import order matters: `loading` before anything of moto.

    pin         which moto; refuses others
    loading     imports what the sandbox serves, and not what costs half a second for nothing
    checksums   S3's checksums and the aws-chunked encoding; knows nothing of moto
    contents_of lazy bodies: an object is never wholly in memory twice
    admission   who may touch a bucket; expected owners; known keys and regions
    keys        SSE-KMS: what is asked for, resolved to a key's ARN as S3 resolves it
    objects, uploads, s3    PutObject, GetObject, multipart
    trust, sts, ssm         the other services
    preparation accounts, buckets, keys, parameters, roles
    http        the server itself
"""
