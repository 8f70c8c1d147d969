from __future__ import annotations

import json
import threading
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waybill.redaction import Redactor

SECRET = "a/b+c=\"d\\e'é"


@pytest.mark.parametrize(
    "text",
    [
        SECRET,
        f"before{SECRET}after",
        json.dumps({"token": SECRET}),
        json.dumps({"token": SECRET}, ensure_ascii=False),
        repr(SECRET),
        f"{ {'token': SECRET}!r}",
        f"https://host/?X-Amz-Security-Token={quote(SECRET, safe='')}&x=1",
        f"https://host/{quote(SECRET)}",
        urlencode({"t": SECRET}),
    ],
)
def test_a_secret_is_replaced_however_it_is_quoted(text: str) -> None:
    shown = Redactor([SECRET]).redact(text)
    assert "***" in shown
    assert "a/b" not in shown
    assert "a%2Fb" not in shown


@settings(deadline=None, max_examples=200)
@given(st.lists(st.text("abc\n", min_size=4, max_size=8), max_size=4), st.text("abc\n", max_size=60))
def test_no_known_secret_survives_even_where_two_overlap(secrets: list[str], text: str) -> None:
    shown = Redactor(secrets).redact(text)
    parts = {part for s in secrets for part in (s, s.strip(), *s.splitlines()) if len(part.strip()) >= 4}
    assert [part for part in parts if part in shown] == []
    if not any(part in text for part in parts):
        assert shown == text


def test_secrets_that_overlap_leave_no_end_of_either() -> None:
    assert Redactor(["abcd", "cdef"]).redact("-abcdef-") == "-***-"


def test_each_line_of_a_secret_is_a_secret() -> None:
    shown = Redactor(["-----BEGIN KEY-----\n  MIIEow\r\nAB\n"]).redact("MIIEow, -----BEGIN KEY-----, AB")
    assert shown == "***, ***, AB"


@pytest.mark.parametrize("value", ["", "abc", " ab \n", "\n\n\n\n\n"])
def test_a_short_value_is_never_replaced(value: str) -> None:
    redactor = Redactor()
    assert redactor.add(value) is False
    text = f"abc ab {value} a\nb\n\n\n\n\n\n"
    assert redactor.redact(text) == text


def test_the_environment_s_secrets_are_known_and_nothing_else() -> None:
    environ = {
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "request-token",
        "ACTIONS_RUNTIME_TOKEN": "runtime-token",
        "GITHUB_TOKEN": "ghs_token",
        "INPUT_TOKEN": "input-token",
        "AWS_SECRET_ACCESS_KEY": "aws-secret",
        "AWS_SESSION_TOKEN": "aws-session",
        "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE",
        "GITHUB_REPOSITORY": "owner/name",
        "ACTIONS_ID_TOKEN_REQUEST_URL": "https://tokens",
        "INPUT_PROJECT": "SugarWater",
        "EMPTY_TOKEN": "",
    }
    shown = Redactor.from_environ(environ).redact(" ".join(environ.values()))
    assert shown == "*** *** *** *** *** *** AKIAEXAMPLE owner/name https://tokens SugarWater "


def test_the_traceback_of_a_bug_shows_no_secret_of_any_cause() -> None:
    redactor = Redactor(["s3cr3t-value"])
    try:
        try:
            raise KeyError("s3cr3t-value")
        except KeyError as cause:
            raise RuntimeError("while using s3cr3t-value") from cause
    except RuntimeError as error:
        shown = redactor.traceback_of(error)
    assert "s3cr3t" not in shown
    assert "KeyError: '***'" in shown
    assert "RuntimeError: while using ***" in shown


def test_the_redactor_shows_none_of_what_it_knows() -> None:
    assert "s3cr3t" not in repr(Redactor(["s3cr3t-value"]))


def test_secrets_added_by_several_threads_are_all_known() -> None:
    redactor = Redactor()
    threads = [threading.Thread(target=redactor.add, args=(f"secret-{number:03}",)) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert redactor.redact(" ".join(f"secret-{number:03}" for number in range(50))) == " ".join(["***"] * 50)
