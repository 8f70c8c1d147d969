"""Refusals that moto does not have, and how each of AWS's protocols says them. Knows nothing of moto."""

from __future__ import annotations

import json
from typing import Final
from uuid import uuid4
from xml.sax.saxutils import escape

_DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
_QUERY_SERVICES: Final = frozenset({"sts", "iam", "cloudformation", "cloudfront"})


class Refusal(Exception):
    """An AWS error answer: error `code`, `message`, HTTP `status`."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        self.code = code
        self.message = message
        self.status = status
        super().__init__(f"{code}: {message}")


def access_denied(message: str = "Access Denied") -> Refusal:
    """Return the 403 that S3 and STS answer."""
    return Refusal("AccessDenied", message, 403)


def no_such_upload() -> Refusal:
    """Return S3's 404 for a multipart upload that is not there, or not of this key."""
    return Refusal(
        "NoSuchUpload",
        "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or "
        "completed.",
        404,
    )


def rendered(refusal: Refusal, service: str) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and body of `refusal` in the protocol of `service` (its signing name, such as `s3`)."""
    request_id = uuid4().hex
    code, message = escape(refusal.code), escape(refusal.message)
    if service == "s3":
        text = (
            f"{_DECLARATION}<Error><Code>{code}</Code><Message>{message}</Message>"
            f"<RequestId>{request_id}</RequestId></Error>"
        )
        kind = "application/xml"
    elif service in _QUERY_SERVICES:
        text = (
            f"{_DECLARATION}<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message>"
            f"</Error><RequestId>{request_id}</RequestId></ErrorResponse>"
        )
        kind = "text/xml"
    else:
        text = json.dumps({"__type": refusal.code, "message": refusal.message})
        kind = "application/x-amz-json-1.1"
    headers = {"content-type": kind, "x-amzn-requestid": request_id, "x-amzn-errortype": refusal.code}
    return refusal.status, headers, text.encode()
