from __future__ import annotations

import gzip
import socket
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from aws.authority import bundle_and_server
from aws.loopback import Answer, Heard, loopback
from waybill.errors import Unavailable
from waybill.ports.http import LONGEST
from waybill.web.ask import RequestsAsker


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def ask(url: str, timeout: float = 10.0) -> tuple[int, str]:
    answer = RequestsAsker().get(url, timeout=timeout)
    return answer.status, answer.text


@pytest.mark.parametrize("status", [200, 204, 404, 503])
def test_whatever_the_status_it_is_an_answer(status: int) -> None:
    body = "" if status == 204 else "1.2.3"
    with loopback(lambda heard: Answer(status, body)) as server:
        assert ask(f"{server.url}/version.txt?a=b") == (status, body)
    (heard,) = server.heard
    assert (heard.method, heard.target) == ("GET", "/version.txt?a=b")
    assert heard.headers["cache-control"] == "no-cache"
    assert heard.headers["user-agent"].startswith("waybill/")


def test_redirections_are_followed_and_not_for_ever() -> None:
    def script(heard: Heard) -> Answer:
        number = int(heard.target.strip("/"))
        return Answer(302, headers={"Location": f"/{number - 1}"}) if number else Answer(200, "here")

    with loopback(script) as server:
        assert ask(f"{server.url}/5") == (200, "here")
        with pytest.raises(Unavailable, match="redirects more than 10 times"):
            ask(f"{server.url}/50")


@pytest.mark.parametrize("place", ["ftp://127.0.0.1/", "file:///etc/passwd", "http://[", "http://"])
def test_a_redirection_to_anything_but_a_page_is_told(place: str) -> None:
    with (
        loopback(lambda heard: Answer(302, headers={"Location": place})) as server,
        pytest.raises(Unavailable, match=r"address|http"),
    ):
        ask(server.url)


def test_the_addresses_own_password_is_sent_and_a_netrc_is_not(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password elses\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with loopback(lambda heard: Answer(200)) as server:
        ask(server.url)
        ask(server.url.replace("//", "//ada:pass%20word@"))
    assert "authorization" not in server.heard[0].headers
    assert server.heard[1].headers["authorization"] == f"Basic {b64encode(b'ada:pass word').decode()}"


def test_a_password_does_not_follow_to_another_host_and_neither_does_a_netrc(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password elses\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with loopback(lambda heard: Answer(200)) as there:
        answer = Answer(302, headers={"Location": there.url})
        with loopback(lambda heard: answer) as server:
            ask(server.url.replace("//", "//ada:pass@"))
    assert "authorization" in server.heard[0].headers
    assert "authorization" not in there.heard[0].headers


def test_no_more_than_a_mib_of_the_answer_is_kept() -> None:
    with loopback(lambda heard: Answer(200, b"x" * (3 * LONGEST))) as server:
        assert len(ask(server.url)[1]) == LONGEST


def test_an_answer_is_unpacked_and_a_bomb_is_cut_off() -> None:
    small, bomb = gzip.compress("zażółć".encode()), gzip.compress(bytes(50 * LONGEST))

    def script(heard: Heard) -> Answer:
        return Answer(200, bomb if "bomb" in heard.target else small, {"Content-Encoding": "gzip"})

    with loopback(script) as server:
        assert ask(server.url)[1] == "zażółć"
        assert len(ask(f"{server.url}/bomb")[1]) == LONGEST


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/html", "gęś".encode()),
        ("text/html; charset=ISO-8859-2", "gęś".encode("iso-8859-2")),
        ('text/plain; charset="utf-8"; x=y', "gęś".encode()),
        ("text/plain; charset=klingon", "gęś".encode()),
    ],
)
def test_the_text_is_read_in_the_encoding_that_it_names_else_utf_8(kind: str, body: bytes) -> None:
    with loopback(lambda heard: Answer(200, body, {"Content-Type": kind})) as server:
        assert ask(server.url)[1] == "gęś"


def test_bytes_that_are_no_text_are_no_error() -> None:
    with loopback(lambda heard: Answer(200, b"\xff\xfe\x00a")) as server:
        assert "a" in ask(server.url)[1]


SECRET = "hunter2hunter2"


def told(url: str, timeout: float = 10.0) -> str:
    with pytest.raises(Unavailable) as caught:
        ask(url, timeout)
    error = caught.value
    assert SECRET not in f"{error}{error.__cause__}"
    assert "\n" not in error.what
    return error.what


def test_nobody_there_is_told_without_the_address() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    assert "refused" in told(f"http://ada:{SECRET}@127.0.0.1:{port}/?key={SECRET}")
    assert "no answer" in told(f"http://no-such-host.invalid/?key={SECRET}")


@pytest.mark.parametrize(
    "answer",
    [None, Answer(200, b"half", {"Content-Length": "8"}, close=True), Answer(200, b"no", {"Content-Encoding": "gzip"})],
)
def test_an_answer_that_breaks_off_is_told(answer: Answer | None) -> None:
    with loopback(lambda heard: answer) as server:
        assert told(f"{server.url}/?key={SECRET}")


def test_a_certificate_that_nobody_vouches_for_is_told_and_one_of_a_known_authority_is_taken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bundle, context = bundle_and_server(tmp_path, "localhost")
    with loopback(lambda heard: Answer(200, "safe"), tls=context) as server:
        named = server.url.replace("127.0.0.1", "localhost")
        assert "its certificate is not trusted: " in told(f"{named}/?key={SECRET}")
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
        assert ask(named) == (200, "safe")
        assert told(server.url.replace("https", "http"))
    _, stranger = bundle_and_server(tmp_path, "www.example.com")
    with loopback(lambda heard: Answer(200), tls=stranger) as server:
        assert "its certificate is not trusted: " in told(server.url.replace("127.0.0.1", "localhost")), (
            "of another name"
        )


@contextmanager
def slow(*, head: bool) -> Iterator[str]:
    """Serve a page that never ends: a byte now and then, or nothing at all."""
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                if head:
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
                while not stop.wait(0.05):
                    if head:
                        connection.sendall(b"x")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        stop.set()
        thread.join()


def test_a_page_without_end_is_read_for_a_mib_only() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection, suppress(OSError):
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                while True:
                    connection.sendall(bytes(65536))

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        assert len(ask(f"http://127.0.0.1:{server.getsockname()[1]}/")[1]) == LONGEST
        thread.join()


@pytest.mark.parametrize("head", [True, False])
def test_one_answer_takes_no_longer_than_was_given(head: bool) -> None:
    with slow(head=head) as url:
        assert "too long" in (words := told(url, 0.4)) or "within the time" in words


def test_the_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with loopback(lambda heard: Answer(200, "through")) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", "")
        monkeypatch.delenv("no_proxy", raising=False)
        assert ask("http://www.example.com/") == (200, "through")
    assert proxy.heard[0].target == "http://www.example.com/"
