"""The XML that S3 answers with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import quote
from xml.sax.saxutils import escape

from drain.shelf import Stored
from drain.wire import Answer

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"

Tree = str | Mapping[str, "Tree"]


def render(tree: Tree) -> str:
    """Write nested names and texts as elements."""
    if isinstance(tree, str):
        return escape(tree)
    return "".join(f"<{name}>{render(value)}</{name}>" for name, value in tree.items())


def document(root: str, tree: Tree, headers: Mapping[str, str]) -> Answer:
    text = f'{_HEAD}<{root} xmlns="{_NAMESPACE}">{render(tree)}</{root}>'
    return Answer(headers={"content-type": "application/xml", **headers}, body=text.encode())


def error(status: HTTPStatus, code: str, message: str) -> Answer:
    text = _HEAD + render({"Error": {"Code": code, "Message": message, "RequestId": "BENCH"}})
    return Answer(status=status, headers={"content-type": "application/xml"}, body=text.encode())


def listing_document(bucket: str, prefix: str, delimiter: str, found: Sequence[tuple[str, Stored]]) -> Answer:
    """Answer ListObjectsV2, in one page, keys URL-encoded as every AWS client asks for."""
    shared: set[str] = set()
    rows: list[str] = []
    for key, stored in found:
        rest = key[len(prefix) :]
        if delimiter and delimiter in rest:
            shared.add(prefix + rest[: rest.index(delimiter) + len(delimiter)])
            continue
        modified = datetime.fromtimestamp(stored.modified, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        row: Tree = {
            "Key": quote(key),
            "LastModified": modified,
            "ETag": stored.etag,
            "Size": str(stored.size),
        }
        rows.append(render({"Contents": row}))
    rows += [render({"CommonPrefixes": {"Prefix": quote(common)}}) for common in sorted(shared)]
    top = {"Name": bucket, "Prefix": quote(prefix), "KeyCount": str(len(rows)), "MaxKeys": "1000"}
    top |= {"EncodingType": "url", "IsTruncated": "false"}
    text = f'{_HEAD}<ListBucketResult xmlns="{_NAMESPACE}">{render(top)}{"".join(rows)}</ListBucketResult>'
    return Answer(headers={"content-type": "application/xml"}, body=text.encode())
