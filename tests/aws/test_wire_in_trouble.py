"""A part that does not arrive is an error that says whether another try may help, and leaves nothing stuck."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from aws.answers import KEY as KMS_KEY
from aws.answers import SESSION, s3_error
from aws.doors import OWNER, REGION, Told, lead
from aws.loopback import Answer, Heard, Loopback, loopback
from aws.parts import BytesPart, bytes_of, digests
from waybill.aws.upload import S3Upload
from waybill.domain.digests import MIB
from waybill.errors import AccessDenied, ArtifactError, Cancelled, ExitCode, Unavailable, WaybillError
from waybill.ports.bucket import Created, Exists, NewObject

BODY = bytes_of(5 * MIB)
BEGUN = Answer(200, "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>")
TAKEN = Answer(headers={"ETag": '"e"'})
DONE = Answer(200, "<CompleteMultipartUploadResult><ETag>e</ETag></CompleteMultipartUploadResult>")
NEW = NewObject(key="SugarWater@1.2.3", media_type="a/b", kms_key=None)

Script = Callable[[Heard], Answer | None]


@contextmanager
def begun(
    monkeypatch: pytest.MonkeyPatch, *scripts: Script, check: Callable[[], None] = lambda: None
) -> Iterator[tuple[S3Upload, Loopback, Told]]:
    """Begin an upload; the requests that follow are answered by `scripts`, one each."""
    left: list[Script] = [lambda heard: BEGUN, *scripts]

    def script(heard: Heard) -> Answer | None:
        return left.pop(0)(heard)

    told = Told()
    with loopback(script) as server:
        lead(monkeypatch, server.url)
        yield told.account(check=check).bucket(REGION, "acme", owner=OWNER).begin(NEW), server, told
        assert not left, "every answer was asked for"


def dies(heard: Heard) -> None:
    """Go away in the middle of the part."""
    heard.take(MIB)


def silent(heard: Heard) -> None:
    """Take the whole part, and go away without a word."""
    heard.read()


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(
    "trouble",
    [
        dies,
        silent,
        lambda heard: s3_error(503, "SlowDown", "Please reduce your request rate."),
        lambda heard: s3_error(500, "InternalError"),
        lambda heard: s3_error(400, "RequestTimeout", "Your socket connection was not read from in time."),
        lambda heard: Answer(502, "<html>Bad gateway</html>"),
        lambda heard: Answer(503, "", early=True),
    ],
)
def test_what_may_mend_itself_is_unavailable_and_the_next_try_arrives_whole(
    monkeypatch: pytest.MonkeyPatch, trouble: Script, known: bool
) -> None:
    with begun(monkeypatch, trouble, lambda heard: TAKEN, lambda heard: DONE) as (upload, server, _):
        part = BytesPart(BODY, known=known)
        with pytest.raises(Unavailable) as caught:
            upload.send(part)
        assert part.closed == [True]
        assert "s3://acme/SugarWater@1.2.3 in us-east-1" in caught.value.what
        upload.send(BytesPart(BODY))
        assert upload.complete(digests(BODY)) == Created(None)
        assert server.heard[2].body == BODY
        assert server.heard[3].body.count(b"<PartNumber>") == 1


def test_bytes_that_changed_on_the_way_exit_4(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = s3_error(400, "BadDigest", "The CRC64NVME you specified did not match what we received.")
    with begun(monkeypatch, lambda heard: answer) as (upload, _, told), pytest.raises(ArtifactError) as caught:
        upload.send(BytesPart(BODY))
    assert caught.value.exit_code is ExitCode.ARTIFACT
    assert "did not match what we received" in caught.value.what
    assert not told.clock.sleeps


def test_a_refused_part_names_the_key_and_the_missing_statement(monkeypatch: pytest.MonkeyPatch) -> None:
    said = (
        f'User: {SESSION} is not authorized to perform: kms:Decrypt on resource: "{KMS_KEY}" because no identity-based '
        "policy allows the kms:Decrypt action"
    )
    answer = s3_error(403, "AccessDenied", said)
    with begun(monkeypatch, lambda heard: answer) as (upload, _, _), pytest.raises(AccessDenied) as caught:
        upload.send(BytesPart(BODY))
    assert (caught.value.action, caught.value.resource, caught.value.caller) == ("kms:Decrypt", KMS_KEY, SESSION)
    assert f'"Resource": "{KMS_KEY}"' in caught.value.advice


@pytest.mark.parametrize(("code", "exit_code"), [("ExpiredToken", 3), ("NoSuchUpload", 4), ("RequestTimeTooSkewed", 3)])
def test_what_no_other_try_mends_is_not_unavailable(monkeypatch: pytest.MonkeyPatch, code: str, exit_code: int) -> None:
    with begun(monkeypatch, lambda heard: s3_error(400, code)) as (upload, _, _), pytest.raises(WaybillError) as caught:
        upload.send(BytesPart(BODY))
    assert caught.value.exit_code == exit_code


def test_a_connection_that_the_server_let_go_of_is_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    goodbye = Answer(headers={"ETag": '"e"'}, close=True)
    with begun(monkeypatch, *[lambda heard: goodbye] * 4) as (upload, server, told):
        for number in range(1, 5):
            # Where the server's goodbye comes too late, the part is tried again, as a lane does.
            told.retry().call(lambda number=number: upload.send(BytesPart(b"x", number=number)))  # type: ignore[misc]
    assert len({heard.connection for heard in server.heard[1:]}) == 4


def until(true: Callable[[], bool], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.01)


def test_a_cancelled_part_stops_between_two_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    checks = iter([None, None])

    def check() -> None:
        if next(checks, "cancelled"):
            raise Cancelled("Enough.")

    def hears(heard: Heard) -> None:
        heard.read()

    with begun(monkeypatch, hears, lambda heard: Answer(204), check=check) as (upload, server, _):
        part = BytesPart(BODY)
        with pytest.raises(Cancelled):
            upload.send(part)
        assert part.closed == [True]
        until(lambda: len(server.heard) == 2)  # the server answers in the order in which it hears
        upload.abort()
    assert server.heard[-1].method == "DELETE"
    assert len(server.heard[1].body) <= 2 * MIB


def test_p2_a_completion_whose_answer_was_lost_is_somebodys_object(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = s3_error(404, "NoSuchUpload")
    scripts: list[Script] = [lambda heard: TAKEN, lambda heard: None, lambda heard: gone, lambda heard: gone]
    with begun(monkeypatch, *scripts) as (upload, _, told):
        upload.send(BytesPart(BODY))
        assert upload.complete(digests(BODY)) == Exists()
        upload.abort()
    assert len(told.clock.sleeps) == 1


def test_p2_a_completion_beside_another_leaves_the_object_and_is_aborted(monkeypatch: pytest.MonkeyPatch) -> None:
    exists = s3_error(412, "PreconditionFailed", Condition="If-None-Match")
    scripts: list[Script] = [lambda heard: TAKEN, lambda heard: exists, lambda heard: Answer(204)]
    with begun(monkeypatch, *scripts) as (upload, server, _):
        upload.send(BytesPart(BODY))
        assert upload.complete(digests(BODY)) == Exists()
        upload.abort()
        upload.abort()
    assert [heard.method for heard in server.heard] == ["POST", "PUT", "POST", "DELETE"]


def test_p2_two_completions_at_the_same_moment_are_somebodys_object_and_the_upload_is_aborted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    conflict = s3_error(409, "ConditionalRequestConflict")
    scripts: list[Script] = [lambda heard: TAKEN, lambda heard: conflict, lambda heard: Answer(204)]
    with begun(monkeypatch, *scripts) as (upload, server, told):
        upload.send(BytesPart(BODY))
        assert upload.complete(digests(BODY)) == Exists()
        upload.abort()
    assert [heard.method for heard in server.heard] == ["POST", "PUT", "POST", "DELETE"]
    assert not told.clock.sleeps


@pytest.mark.parametrize("code", ["BadDigest", "InvalidRequest", "InvalidPart"])
def test_a_whole_that_is_not_what_was_read_exits_4(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    scripts: list[Script] = [lambda heard: TAKEN, lambda heard: s3_error(400, code, "The object is other.")]
    with begun(monkeypatch, *scripts) as (upload, _, _):
        upload.send(BytesPart(BODY))
        with pytest.raises(ArtifactError):
            upload.complete(digests(BODY))


def test_p6_an_abort_in_trouble_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    scripts: list[Script] = [lambda heard: s3_error(503, "SlowDown"), lambda heard: None, lambda heard: Answer(204)]
    with begun(monkeypatch, *scripts) as (upload, server, _):
        upload.abort()
    assert [heard.method for heard in server.heard[1:]] == ["DELETE"] * 3
