"""What may mend itself is tried again within a budget that is told; a refusal, never."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from aws.answers import s3_error, ssm_error
from aws.doors import OWNER, REGION, Told, lead
from aws.loopback import Answer, Heard, Loopback, loopback
from aws.parts import bytes_of, digests
from waybill.domain.digests import MIB
from waybill.errors import ExitCode, Unavailable, WaybillError
from waybill.ports.bucket import Created, Exists, NewObject

KEY = "SugarWater@1.2.3"
NEW = NewObject(key=KEY, media_type="text/plain", kms_key=None)
SHA256 = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
GOT = Answer(200, '{"Parameter": {"Name": "/x", "Value": "1.2.3"}}', {"Content-Type": "application/x-amz-json-1.1"})

Script = Callable[[Heard], Answer | None]


def first(*answers: Answer | None, then: Answer | None) -> Script:
    """Answer so, one after the other, and then always the same."""
    left = list(answers)
    return lambda heard: left.pop(0) if left else then


@contextmanager
def serving(monkeypatch: pytest.MonkeyPatch, script: Script) -> Iterator[Loopback]:
    with loopback(script) as server:
        lead(monkeypatch, server.url)
        yield server


TROUBLE = [
    ssm_error(400, "ThrottlingException", "Rate exceeded"),
    ssm_error(400, "TooManyUpdates"),
    ssm_error(500, "InternalServerError"),
    Answer(503, "<html>no JSON</html>"),
    None,
]


@pytest.mark.parametrize("trouble", TROUBLE)
def test_trouble_is_waited_for_and_told(monkeypatch: pytest.MonkeyPatch, trouble: Answer | None) -> None:
    told = Told()
    with serving(monkeypatch, first(trouble, trouble, then=GOT)) as server:
        assert told.account().region(REGION).parameters.get("/x") == "1.2.3"
        assert len(server.heard) == 3
    assert told.clock.sleeps == [0.25, 0.5], "half of 0.5 and of 1: the random number of the test is 0.5"
    assert [(region, wait, left) for region, _, wait, left in told.waits] == [
        (REGION, 0.25, 60.0),
        (REGION, 0.5, 59.75),
    ]


@pytest.mark.parametrize("trouble", TROUBLE)
def test_trouble_without_end_exits_9_and_tells_the_budget(
    monkeypatch: pytest.MonkeyPatch, trouble: Answer | None
) -> None:
    told = Told()
    with serving(monkeypatch, first(then=trouble)) as server, pytest.raises(Unavailable) as caught:
        told.account().region(REGION).parameters.get("/x")
    assert len(server.heard) == 8
    assert "and gave up: the limits are 8 tries and 60 s." in caught.value.advice
    assert "parameter /x in us-east-1" in caught.value.what


REFUSALS = [
    (ssm_error(400, "AccessDeniedException", "User: me is not authorized to perform: ssm:GetParameter"), 3),
    (ssm_error(400, "ExpiredTokenException", "The security token included in the request is expired"), 3),
    (ssm_error(400, "UnrecognizedClientException"), 3),
    (ssm_error(400, "ValidationException", "no"), 2),
]


@pytest.mark.parametrize(("refusal", "code"), REFUSALS)
def test_a_refusal_is_final(monkeypatch: pytest.MonkeyPatch, refusal: Answer, code: int) -> None:
    told = Told()
    with serving(monkeypatch, first(then=refusal)) as server, pytest.raises(WaybillError) as caught:
        told.account().region(REGION).parameters.get("/x")
    assert caught.value.exit_code == code
    assert len(server.heard) == 1
    assert not told.clock.sleeps


def test_a_conflict_of_two_puts_is_tried_again_and_finds_the_other_there(monkeypatch: pytest.MonkeyPatch) -> None:
    told = Told()
    script = first(
        s3_error(409, "ConditionalRequestConflict"), then=s3_error(412, "PreconditionFailed", Condition="If-None-Match")
    )
    with serving(monkeypatch, script) as server:
        assert told.account().bucket(REGION, "b", owner=OWNER).put(NEW, b"hello", sha256=SHA256) == Exists()
        assert len(server.heard) == 2


def test_a_lost_answer_of_a_put_is_asked_for_again_with_the_same_body(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [None, Answer(200, headers={"x-amz-version-id": "v1"})]

    def lose(heard: Heard) -> Answer | None:
        heard.read()
        return answers.pop(0)

    with serving(monkeypatch, lose) as server:
        ended = Told().account().bucket(REGION, "b", owner=OWNER).put(NEW, b"hello", sha256=SHA256)
    assert ended == Created("v1")
    assert server.bodies() == [b"hello", b"hello"]
    assert {one.headers["if-none-match"] for one in server.heard} == {"*"}


def test_a_completion_that_fails_inside_a_200_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    begun = Answer(200, "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>")
    failed = Answer(200, "<Error><Code>InternalError</Code><Message>We encountered an internal error</Message></Error>")
    done = Answer(200, "<CompleteMultipartUploadResult><ETag>e</ETag></CompleteMultipartUploadResult>")
    with serving(monkeypatch, first(begun, failed, then=done)) as server:
        upload = Told().account().bucket(REGION, "b", owner=OWNER).begin(NEW)
        assert upload.complete(digests(b"hello")) == Created(None)
        assert len(server.heard) == 3


def test_a_download_that_breaks_off_goes_on_from_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    whole, starts = bytes_of(4 * MIB), []
    sent = [3 * MIB // 2, 3 * MIB, 4 * MIB]

    def answer(heard: Heard) -> Answer:
        start = int(heard.headers["range"].removeprefix("bytes=").partition("-")[0])
        starts.append(start)
        return Answer(206, whole[start : sent.pop(0)], {"Content-Length": str(len(whole) - start)}, close=True)

    with serving(monkeypatch, answer):
        found = b"".join(Told().account().bucket(REGION, "b", owner=OWNER).stream(KEY))
    assert found == whole
    assert starts == sorted(set(starts)), "each begins after the one before"
    assert starts[0] == 0
    assert not sent


def test_a_download_that_never_begins_ends_within_the_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    told = Told()
    nothing = Answer(206, b"", {"Content-Length": "1000"}, close=True)
    with serving(monkeypatch, first(then=nothing)) as server, pytest.raises(Unavailable) as caught:
        list(told.account().bucket(REGION, "b", owner=OWNER).stream(KEY))
    assert caught.value.exit_code is ExitCode.UNAVAILABLE
    assert len(server.heard) == 8


def test_a_small_object_that_breaks_off_is_read_again_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    cut = Answer(200, b"hel", {"Content-Length": "5"}, close=True)
    with serving(monkeypatch, first(cut, then=Answer(200, b"hello"))):
        assert Told().account().bucket(REGION, "b", owner=OWNER).read(KEY, limit=5) == b"hello"
