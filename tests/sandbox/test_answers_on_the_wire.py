"""Every request has an answer that its client sees, also one that was refused unread or that the engine breaks on."""

from __future__ import annotations

import http.client
from collections.abc import Iterable, Mapping

import pytest

from waybill.sandbox import layout
from waybill.sandbox.server import Sandbox

pytestmark = pytest.mark.engine

MEBIBYTE = 2**20
PIECES = 32


def asked(
    sandbox: Sandbox,
    method: str,
    body: bytes | Iterable[bytes] | None = None,
    headers: Mapping[str, str] | None = None,
    path: str = "/a-bucket/a-key",
) -> tuple[int, http.client.HTTPMessage, bytes]:
    connection = http.client.HTTPConnection(sandbox.url.removeprefix("http://"), timeout=20)
    try:
        connection.request(method, path, body, dict(headers or {}))
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


@pytest.mark.parametrize("chunked", [False, True])
def test_a_large_upload_that_is_refused_unread_is_told_so(sandbox: Sandbox, chunked: bool) -> None:
    pieces = [bytes(MEBIBYTE)] * PIECES
    status, _, body = asked(sandbox, "PUT", iter(pieces) if chunked else b"".join(pieces))
    assert (status, b"<Code>AccessDenied</Code>" in body) == (403, True)


def test_head_has_no_body(sandbox: Sandbox) -> None:
    status, _, body = asked(sandbox, "HEAD")
    assert (status, body) == (403, b"")


def test_what_the_engine_breaks_on_is_a_500_and_the_next_request_is_answered(sandbox: Sandbox) -> None:
    key = sandbox.accounts[layout.DEVELOPMENT]["user"]["access_key_id"]
    signed = f"AWS4-HMAC-SHA256 Credential={key}/20260101/us-east-1/ssm/aws4_request, SignedHeaders=host, Signature=0"
    headers = {"Authorization": signed, "X-Amz-Target": "AmazonSSM.GetParameter"}
    for _ in range(2):
        status, told, body = asked(sandbox, "POST", b"not JSON", headers, "/")
        assert (status, told["Connection"], body) == (500, "close", b"")


def test_answers_have_ids_of_their_own_and_no_headers_of_cors(sandbox: Sandbox) -> None:
    user = sandbox.accounts[layout.DEVELOPMENT]["user"]["access_key_id"]
    signed = f"AWS4-HMAC-SHA256 Credential={user}/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"
    found = [asked(sandbox, "HEAD", headers={"Authorization": signed, "Origin": "null"})[1] for _ in range(2)]
    assert not [name for headers in found for name in headers if name.lower().startswith("access-control-")]
    ids = [headers["x-amzn-requestid"] for headers in found]
    assert {len(each) for each in ids} == {52}
    assert ids[0] != ids[1]
