from __future__ import annotations

import pytest

from waybill.domain.deploy.delivery import UrlCheck
from waybill.domain.deploy.url_check import read_url_check, secrets_in, shown_url, wanted_text


@pytest.mark.parametrize(
    "url",
    [
        "https://www.example.com",
        "http://127.0.0.1:4566/bucket/index.html",
        "HTTPS://Example.com/a?b=c#d",
        "https://[::1]:8443/x",
        "https://ada:secret@example.com/",
        "https://example.com/%C4%99",
    ],
)
def test_addresses_of_pages_are_taken(url: str) -> None:
    assert read_url_check(f" {url} ", "", "") == (UrlCheck(url=url), ())


@pytest.mark.parametrize(
    "url",
    [
        "www.example.com",
        "ftp://example.com/",
        "file:///etc/passwd",
        "https://",
        "https:///path",
        "https://exa mple.com",
        "https://example.com:0/",
        "https://example.com:99999/",
        "https://example.com/gęś",
        "https://[::1/",
        "https://example.com\\@evil.example/",
        "javascript:alert(1)",
        "https://example.com/" + "a" * 2000,
        "https://exa\nmple.com",
    ],
)
def test_anything_else_is_refused_and_never_repeated(url: str) -> None:
    check, (fault,) = read_url_check(url, "", "")
    assert check is None
    assert (fault.name, fault.value) == ("verify-url", "")
    assert str(fault).startswith("verify-url: must be an http or https address")


def test_status_and_text_are_read() -> None:
    url = "https://example.com"
    assert read_url_check(url, "301", "v{version}") == (UrlCheck(url=url, status=301, text="v{version}"), ())


@pytest.mark.parametrize("status", ["99", "600", "ok", "200.0", "-200", "2000", "²00"])
def test_a_status_that_is_none_is_refused(status: str) -> None:
    check, (fault,) = read_url_check("https://example.com", status, "")
    assert (check, fault.name, fault.value) == (None, "verify-status", status)


@pytest.mark.parametrize("text", ["   ", "x" * 2001])
def test_a_text_that_is_none_is_refused(text: str) -> None:
    check, (fault,) = read_url_check("https://example.com", "", text)
    assert (check, fault.name) == (None, "verify-text")


def test_every_fault_is_told_at_once() -> None:
    _, faults = read_url_check("nowhere", "none", " ")
    assert [fault.name for fault in faults] == ["verify-url", "verify-status", "verify-text"]


def test_without_an_address_nothing_is_asked_and_the_rest_is_of_no_use() -> None:
    assert read_url_check("", "", "") == (None, ())
    check, faults = read_url_check("", "200", "{version}")
    assert check is None
    assert [fault.name for fault in faults] == ["verify-status", "verify-text"]


def test_the_version_takes_its_place_in_the_text() -> None:
    check = UrlCheck(url="https://example.com", text="v{version}, {version}")
    assert wanted_text(check, "1.2.3") == "v1.2.3, 1.2.3"
    assert wanted_text(UrlCheck(url="https://example.com"), "1.2.3") == ""


@pytest.mark.parametrize(
    ("url", "shown", "secrets"),
    [
        ("https://example.com/a", "https://example.com/a", ()),
        ("https://example.com/a#frag", "https://example.com/a", ()),
        ("https://ada:p%40ss@example.com:8443/a", "https://***@example.com:8443/a", ("p%40ss", "p@ss")),
        ("https://ada@example.com", "https://***@example.com", ()),
        ("https://example.com/a?key=s%2Fcret&v=1", "https://example.com/a?key=***&v=***", ("s%2Fcret", "1", "s/cret")),
        ("https://example.com/a?flag", "https://example.com/a?flag=***", ()),
    ],
)
def test_p9_an_address_is_told_without_its_secrets(url: str, shown: str, secrets: tuple[str, ...]) -> None:
    assert (shown_url(url), secrets_in(url)) == (shown, secrets)
