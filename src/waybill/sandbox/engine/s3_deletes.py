"""DeleteObjects as the sandbox answers it: the bucket's policy is asked about each object by itself."""

from __future__ import annotations

from typing import Final
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from moto.core.common_types import TYPE_RESPONSE

from waybill.sandbox.engine import admission
from waybill.sandbox.engine.refusals import Refusal
from waybill.sandbox.engine.s3 import StrictS3

_NONE: Final = """<?xml version="1.0" encoding="UTF-8"?>
<DeleteResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"></DeleteResult>"""


class StrictS3Deletes(StrictS3):
    """Requests that delete many objects at once."""

    def _bucket_response_delete_keys(self, bucket_name: str, authenticated: bool = True) -> TYPE_RESPONSE:
        request = _parsed(self.body)
        refused: list[tuple[str, str, Refusal]] = []
        for each in _objects(request):
            key, version = _text(each, "Key"), _text(each, "VersionId")
            try:
                admission.admit(self._asked_to_delete(key, version), self.caller)
            except Refusal as refusal:
                refused.append((key, version, refusal))
                request.remove(each)
        if not refused:
            return super()._bucket_response_delete_keys(bucket_name, authenticated)
        answer: TYPE_RESPONSE = (200, {"content-type": "application/xml"}, _NONE)
        if _objects(request):
            self.body = ElementTree.tostring(request)
            answer = super()._bucket_response_delete_keys(bucket_name, authenticated)
        status, headers, body = answer
        text = body.decode() if isinstance(body, bytes) else body
        errors = "".join(_error(*each) for each in refused)
        return status, headers, text.replace("</DeleteResult>", f"{errors}</DeleteResult>")

    def _asked_to_delete(self, key: str, version: str) -> admission.Asked:
        owner = {name: value for name, value in self.lower_headers().items() if name == admission.EXPECTED_OWNER}
        action = "s3:DeleteObjectVersion" if version else "s3:DeleteObject"
        return admission.Asked(bucket=self.bucket_name, key=key, action=action, headers=owner)


def _parsed(body: bytes) -> ElementTree.Element:
    try:
        root = ElementTree.fromstring(body)  # noqa: S314 - loopback only, from the person's own client
    except ElementTree.ParseError:
        raise Refusal(
            "MalformedXML",
            "The XML you provided was not well-formed or did not validate against our published schema",
        ) from None
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root


def _objects(request: ElementTree.Element) -> list[ElementTree.Element]:
    return request.findall("Object")


def _text(element: ElementTree.Element, name: str) -> str:
    return element.findtext(name) or ""


def _error(key: str, version: str, refusal: Refusal) -> str:
    told = {"Key": key, "VersionId": version, "Code": refusal.code, "Message": refusal.message}
    return f"<Error>{''.join(f'<{name}>{escape(text)}</{name}>' for name, text in told.items() if text)}</Error>"
