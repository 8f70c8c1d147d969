from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from waybill.errors import ExitCode, IdentityError, Unavailable, WaybillError
from waybill.github.oidc import fetch_id_token

REQUEST_TOKEN = "request-token-0123456789"
TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJzdHMifQ.c2lnbmF0dXJl"
HANG, CLOSE = "hang", "close"


@dataclass
class TokenService:
    """A token service on a loopback port that gives the answers of its script, the last one for ever."""

    script: list[tuple[int, str] | str]
    url: str = ""
    asked: list[tuple[dict[str, list[str]], str]] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)

    @property
    def environ(self) -> dict[str, str]:
        return {"ACTIONS_ID_TOKEN_REQUEST_URL": self.url, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": REQUEST_TOKEN}


def handler(service: TokenService) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            service.asked.append((parse_qs(urlsplit(self.path).query), self.headers.get("Authorization", "")))
            step = service.script.pop(0) if len(service.script) > 1 else service.script[0]
            if isinstance(step, str):
                if step == HANG:
                    service.released.wait(30)
                self.close_connection = True
                return
            body = step[1].encode()
            self.send_response(step[0])
            if step[0] == 302:
                self.send_header("Location", f"{service.url}&moved=1")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    return Handler


@contextmanager
def token_service(*script: tuple[int, str] | str) -> Iterator[TokenService]:
    service = TokenService(list(script))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(service))
    service.url = f"http://127.0.0.1:{server.server_port}/token?api-version=2.0"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield service
    finally:
        service.released.set()
        server.shutdown()
        thread.join()
        server.server_close()


GOOD = (200, json.dumps({"count": 1, "value": TOKEN}))


def no_pause(seconds: float) -> None:
    pytest.fail(f"paused for {seconds} s")


def fetch(environ: dict[str, str], pauses: list[float] | None = None, timeout: float = 10.0) -> str:
    sleep = no_pause if pauses is None else pauses.append
    return fetch_id_token(environ, "sts.amazonaws.com", sleep=sleep, attempts=3, timeout=timeout)


def failure(environ: dict[str, str], pauses: list[float] | None = None, timeout: float = 10.0) -> WaybillError:
    """Return the error, after making sure that no secret is anywhere in it."""
    with pytest.raises(WaybillError) as caught:
        fetch(environ, pauses, timeout)
    one: BaseException | None = caught.value
    shown = "".join(traceback.format_exception(caught.value))
    while one is not None:
        shown += repr(one) + str(one) + repr(vars(one))
        one = one.__cause__ or one.__context__
    assert REQUEST_TOKEN not in shown
    assert "eyJ" not in shown
    assert caught.value.__context__ is None, "a chained error of requests carries the header"
    return caught.value


def test_a_token_is_asked_for_the_audience_with_the_request_token() -> None:
    masked: list[str] = []
    with token_service(GOOD) as service:
        token = fetch_id_token(service.environ, "a b&c=/é", sleep=no_pause, mask=masked.append)
    assert token == TOKEN
    assert masked == [TOKEN]
    assert service.asked == [({"api-version": ["2.0"], "audience": ["a b&c=/é"]}, f"Bearer {REQUEST_TOKEN}")]


def test_without_an_audience_the_service_s_own_is_taken() -> None:
    with token_service(GOOD) as service:
        fetch_id_token(service.environ, "", sleep=no_pause)
    assert service.asked[0][0] == {"api-version": ["2.0"]}


@pytest.mark.parametrize("first", [(500, ""), (503, "<html>"), CLOSE, HANG])
def test_a_failure_that_passes_is_tried_again(first: tuple[int, str] | str) -> None:
    pauses: list[float] = []
    with token_service(first, first, GOOD) as service:
        assert fetch(service.environ, pauses, timeout=1.0 if first == HANG else 10.0) == TOKEN
    assert pauses == [0.5, 1.0]


@pytest.mark.parametrize("step", [(500, "no"), CLOSE, HANG])
def test_a_service_that_never_answers_is_unavailable(step: tuple[int, str] | str) -> None:
    pauses: list[float] = []
    with token_service(step) as service:
        error = failure(service.environ, pauses, timeout=0.2 if step == HANG else 10.0)
    assert isinstance(error, Unavailable)
    assert error.exit_code is ExitCode.UNAVAILABLE
    assert "3 attempts" in error.what
    assert error.advice
    assert pauses == [0.5, 1.0]


def test_a_host_that_is_not_there_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    environ = {
        "ACTIONS_ID_TOKEN_REQUEST_URL": f"http://127.0.0.1:{port}/?x=1",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": REQUEST_TOKEN,
    }
    assert isinstance(failure(environ, []), Unavailable)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 302])
def test_a_refusal_is_final_and_names_the_permission(status: int) -> None:
    with token_service((status, json.dumps({"message": "not\nyours"})), GOOD) as service:
        error = failure(service.environ)
    assert isinstance(error, IdentityError)
    assert f"HTTP {status}" in error.what
    assert "yours" in error.what
    assert "permissions: id-token: write" in error.advice
    assert len(service.asked) == 1, "neither repeated nor followed elsewhere"


@pytest.mark.parametrize(
    "body", ["", "<html>", "[]", "{}", '{"value": ""}', '{"value": 7}', json.dumps({"token": TOKEN})]
)
def test_an_answer_without_a_token_is_refused_and_never_shown(body: str) -> None:
    with token_service((200, body)) as service:
        error = failure(service.environ)
    assert isinstance(error, IdentityError)
    assert len(service.asked) == 1


@pytest.mark.parametrize("status", [403, 500])
def test_an_answer_that_repeats_the_tokens_shows_neither(status: int) -> None:
    with token_service((status, f"Bearer {REQUEST_TOKEN} and {TOKEN}")) as service:
        error = failure(service.environ, [])
    assert "Bearer *** and ***" in error.what


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({}, "ACTIONS_ID_TOKEN_REQUEST_URL and ACTIONS_ID_TOKEN_REQUEST_TOKEN are not set"),
        ({"ACTIONS_ID_TOKEN_REQUEST_URL": "http://127.0.0.1:1/"}, "ACTIONS_ID_TOKEN_REQUEST_TOKEN is not set"),
        ({"ACTIONS_ID_TOKEN_REQUEST_TOKEN": REQUEST_TOKEN}, "ACTIONS_ID_TOKEN_REQUEST_URL is not set"),
    ],
)
def test_a_job_without_the_permission_is_told_which_and_about_forks(environ: dict[str, str], named: str) -> None:
    error = failure(environ)
    assert isinstance(error, IdentityError)
    assert error.exit_code is ExitCode.IDENTITY
    assert named in error.what
    assert "permissions: id-token: write" in error.advice
    assert "fork" in error.advice


@pytest.mark.parametrize("url", ["no address", "ftp://host/", "http://"])
def test_an_address_that_is_none_is_refused_at_once(url: str) -> None:
    environ = {"ACTIONS_ID_TOKEN_REQUEST_URL": url, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": REQUEST_TOKEN}
    error = failure(environ)
    assert isinstance(error, IdentityError)
    assert "ACTIONS_ID_TOKEN_REQUEST_URL" in error.what


def test_a_netrc_does_not_replace_the_request_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with token_service(GOOD) as service:
        fetch(service.environ)
    assert service.asked[0][1] == f"Bearer {REQUEST_TOKEN}"


def test_the_token_is_masked_before_anyone_else_has_it() -> None:
    def refuse(token: str) -> None:
        raise RuntimeError("the log is gone")

    with token_service(GOOD) as service, pytest.raises(RuntimeError):
        fetch_id_token(service.environ, "x", sleep=no_pause, mask=refuse)


def test_the_adapter_imports_nothing_heavy() -> None:
    program = (
        "import sys, waybill.github.commands, waybill.github.files, waybill.github.context, waybill.github.inputs\n"
        "import waybill.github.oidc, waybill.github.ownership\n"
        "print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    heavy = {
        "requests",
        "urllib3",
        "boto3",
        "botocore",
        "github",
        "rich",
        "difflib",
        "traceback",
        "actions_toolkit.core",
    }
    assert heavy & set(done.stdout.split()) == set()
