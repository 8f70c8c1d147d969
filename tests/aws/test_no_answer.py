"""Where nothing answers the cause is told; what another try may mend is tried again, a certificate is not."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
import urllib3
from botocore import exceptions as botocore

from aws.answers import OBJECT, SESSION
from aws.authority import bundle_and_server
from aws.doors import OWNER, REGION, Told, lead
from aws.loopback import Answer, Heard, loopback
from aws.parts import BytesPart
from fakes.clock import FakeClock
from waybill.aws.calls import Calls
from waybill.aws.meanings import Asked
from waybill.aws.upload import S3Upload
from waybill.aws.wire import Wire, connections
from waybill.errors import ExitCode, Unavailable
from waybill.retry import Retry

WHERE = "s3://acme-staging/SugarWater@1.2.3 in us-east-1"
ASKED = Asked(action="s3:PutObject", resource=OBJECT, where=WHERE)
URL = "https://s3.example"
BAD = urllib3.exceptions.SSLError(ssl.SSLCertVerificationError(1, "certificate verify failed: self-signed certificate"))
CUT = urllib3.exceptions.SSLError(ssl.SSLEOFError(8, "EOF occurred in violation of protocol"))


def tried(error: Exception) -> tuple[Unavailable, int]:
    """Return what a call that always fails so comes to, and how often it was tried."""
    count = 0

    def call() -> None:
        nonlocal count
        count += 1
        raise error

    calls = Calls(Retry(clock=FakeClock(), random=lambda: 0.5), caller=SESSION)
    with pytest.raises(Unavailable) as caught:
        calls.perform(ASKED, call)
    return caught.value, count


@pytest.mark.parametrize(
    "error",
    [
        botocore.SSLError(endpoint_url=URL, error=BAD),
        botocore.ProxyConnectionError(proxy_url=URL, error=urllib3.exceptions.ProxyError("Unable to connect", BAD)),
        botocore.SSLError(endpoint_url=URL, error=urllib3.exceptions.SSLError(FileNotFoundError(2, "no ca.pem"))),
    ],
)
def test_a_certificate_that_nobody_vouches_for_is_final(error: Exception) -> None:
    found, count = tried(error)
    assert count == 1
    assert found.exit_code is ExitCode.UNAVAILABLE
    assert "AWS_CA_BUNDLE" in found.advice
    assert "certificate verify failed" in found.what or "no ca.pem" in found.what


@pytest.mark.parametrize(
    "error",
    [
        botocore.SSLError(endpoint_url=URL, error=CUT),
        botocore.EndpointConnectionError(endpoint_url=URL, error=OSError("violation: Name or service not known")),
        botocore.ConnectTimeoutError(endpoint_url=URL, error=OSError("a violation of patience")),
        botocore.ConnectionClosedError(endpoint_url=URL, error=OSError("violation: reset by peer")),
        botocore.ConnectionClosedError(endpoint_url=URL, error=FileNotFoundError(2, "violation: the artifact")),
    ],
)
def test_what_breaks_is_tried_again_and_tells_its_cause(error: Exception) -> None:
    found, count = tried(error)
    assert count == 8
    assert "violation" in found.what
    assert WHERE in found.what
    assert "AWS_CA_BUNDLE" not in found.advice


def send(url: str, bundle: Path | None = None) -> Unavailable:
    """Send a part to where nothing good comes of it."""
    told = Told()
    session = told.account()._session
    pool = connections(url, ca_bundle=str(bundle) if bundle else None, count=1)
    wire = Wire(pool, url, region=REGION, owner=OWNER, credentials=session.credentials, check=lambda: None)
    upload = S3Upload(None, Calls(told.retry(), caller=SESSION), wire, ASKED, place={"UploadId": "u"})
    with pytest.raises(Unavailable) as caught:
        upload.send(BytesPart(b"hello"))
    assert WHERE in caught.value.what
    return caught.value


def test_a_part_that_is_refused_at_the_door_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with loopback(lambda heard: Answer()) as server:
        url = server.url
    lead(monkeypatch, url)
    error = send(f"{url}/acme/key")
    assert "Could not connect" in error.what
    assert "refused" in error.what.lower()


def test_a_part_whose_connection_is_let_go_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def drop(heard: Heard) -> None:
        heard.read()

    with loopback(drop) as server:
        lead(monkeypatch, server.url)
        error = send(f"{server.url}/acme/key")
    assert "Could not connect" not in error.what
    assert "closed" in error.what.lower()
    assert "without response" in error.what or "aborted" in error.what.lower()


def test_a_part_for_a_stranger_names_the_certificate(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    stranger, _ = bundle_and_server(other)
    _, context = bundle_and_server(tmp_path)
    with loopback(lambda heard: Answer(), tls=context) as server:
        lead(monkeypatch, server.url)
        error = send(f"{server.url}/acme/key", stranger)
        assert not server.heard
    assert "certificate verify failed" in error.what
    assert "AWS_CA_BUNDLE" in error.advice


def test_a_call_to_a_stranger_is_made_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    stranger, _ = bundle_and_server(other)
    _, context = bundle_and_server(tmp_path)
    told = Told()
    with loopback(lambda heard: Answer(), tls=context) as server:
        lead(monkeypatch, server.url, AWS_CA_BUNDLE=str(stranger))
        with pytest.raises(Unavailable) as caught:
            told.account().region(REGION).parameters.get("/startifact")
    assert not told.clock.sleeps
    assert "AWS_CA_BUNDLE" in caught.value.advice


def test_authorities_that_are_not_there_are_asked_for_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    told, (_, context) = Told(), bundle_and_server(tmp_path)
    with loopback(lambda heard: Answer(), tls=context) as server:
        lead(monkeypatch, server.url, AWS_CA_BUNDLE=str(tmp_path / "nowhere.pem"))
        with pytest.raises(Unavailable) as caught:
            told.account().region(REGION).parameters.get("/startifact")
    assert not told.clock.sleeps
    assert "AWS_CA_BUNDLE" in caught.value.advice


def test_a_part_whose_proxy_is_away_names_the_proxy_and_hides_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    with loopback(lambda heard: Answer()) as server:
        gone = server.url
    lead(monkeypatch, "https://s3.example", NO_PROXY="", HTTPS_PROXY=gone.replace("//", "//me:sesame@"))
    error = send("https://s3.example/acme/key")
    assert "proxy" in error.what.lower()
    assert "refused" in error.what.lower()
    assert "sesame" not in str(error)
