"""Parts go through the proxy that the environment names, as every other request of botocore does."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

import pytest

from aws.authority import bundle_and_server
from aws.doors import OWNER, REGION, SECRET_KEY, Told, lead
from aws.loopback import loopback
from aws.parts import BytesPart
from aws.signature import is_signed
from aws.test_wire import s3
from waybill.ports.bucket import NewObject

NEW = NewObject(key="SugarWater@1.2.3", media_type="a/b", kms_key=None)
HOST = "acme.s3.us-east-1.amazonaws.com"


def stage() -> None:
    upload = Told().account().bucket(REGION, "acme", owner=OWNER).begin(NEW)
    upload.send(BytesPart(b"hello"))


@pytest.mark.parametrize("scheme", ["http://", ""], ids=["address", "host and port"])
def test_tls_goes_through_a_tunnel_with_the_proxys_password(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, scheme: str
) -> None:
    bundle, context = bundle_and_server(
        tmp_path, "*.amazonaws.com", "*.s3.amazonaws.com", "*.s3.us-east-1.amazonaws.com"
    )
    with loopback(s3, proxy_tls=context) as proxy:
        lead(monkeypatch, "", AWS_CA_BUNDLE=str(bundle), NO_PROXY="")
        monkeypatch.delenv("AWS_ENDPOINT_URL")
        monkeypatch.setenv("HTTPS_PROXY", f"{scheme}ada:pass%20word@{proxy.url.removeprefix('http://')}")
        stage()
    tunnels = [heard for heard in proxy.heard if heard.method == "CONNECT"]
    assert {heard.target.rpartition(":")[2] for heard in tunnels} == {"443"}
    assert {heard.headers["proxy-authorization"] for heard in tunnels} == {
        f"Basic {b64encode(b'ada:pass word').decode()}"
    }
    part = proxy.heard[-1]
    assert (part.method, part.body) == ("PUT", b"hello")
    assert is_signed(part, SECRET_KEY)
    assert part.headers["host"].endswith(".amazonaws.com")
    assert "proxy-authorization" not in part.headers, "the server at the end does not see it"


def test_plain_http_is_asked_of_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with loopback(s3) as proxy:
        lead(monkeypatch, "http://s3.internal.example:8333", NO_PROXY="", HTTP_PROXY=proxy.url)
        stage()
    part = proxy.heard[-1]
    assert part.method == "PUT"
    assert part.target.startswith("http://s3.internal.example:8333/acme/SugarWater%401.2.3?")
    assert part.body == b"hello"


def test_a_host_that_needs_no_proxy_is_asked_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    with loopback(s3) as proxy, loopback(s3) as server:
        lead(monkeypatch, server.url, NO_PROXY="127.0.0.1", HTTP_PROXY=proxy.url, HTTPS_PROXY=proxy.url)
        stage()
    assert [heard.method for heard in server.heard] == ["POST", "PUT"]
    assert not proxy.heard
