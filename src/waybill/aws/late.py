"""Errors that S3 tells late: it has said 200 already, and the error is in the body.

S3 does so where the work takes long: CopyObject, UploadPartCopy, CompleteMultipartUpload. Botocore raises a ClientError
for them and calls each an HTTP 500, whatever the code; only some codes are worth another try.
https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from botocore.exceptions import ClientError

T = TypeVar("T")

TROUBLE = frozenset({"InternalError", "ServiceUnavailable", "SlowDown", "RequestTimeout"})
"""What S3 itself says with a status from 500 on, or as if it did. Botocore's own code for a body cut short is `500`."""


def late(call: Callable[[], T]) -> Callable[[], T]:
    """Return `call`, whose error within a 200 answer means what the same code means by itself: a bad request."""

    def do() -> T:
        try:
            return call()
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            told = error.response.get("ResponseMetadata", {})
            if told.get("HTTPStatusCode") == 500 and code not in TROUBLE and not code.isdigit():
                told["HTTPStatusCode"] = 400
            raise

    return do
