"""CodeArtifact on the wire: assets are streamed and signed by their hash, cut lines go on, failures are in words."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

import pytest

from aws.answers import SESSION
from aws.doors import OWNER, REGION, Told, here, lead
from aws.loopback import Answer, Heard, Loopback, loopback
from aws.parts import bytes_of
from waybill.aws.calls import Calls
from waybill.aws.packages import CodeArtifact
from waybill.domain.digests import MIB
from waybill.domain.packages.version import PackageId
from waybill.errors import AccessDenied, ArtifactError, InputError, Unavailable
from waybill.ports.packages import CopyFault, NewAsset, Put

PACKAGE = PackageId(
    region=REGION,
    owner=OWNER,
    domain="acme",
    repository="releases",
    namespace="web",
    name="SugarWater",
    version="1.2.3+build.5",
)
BODY = bytes_of(3 * MIB + 17)
SHA256 = hashlib.sha256(BODY).hexdigest()


def said(status: int, code: str, message: str = "", **more: str) -> Answer:
    body = json.dumps({"message": message, **more})
    return Answer(status, body, {"Content-Type": "application/json", "x-amzn-ErrorType": code})


def told(**document: object) -> Answer:
    return Answer(200, json.dumps(document), {"Content-Type": "application/json"})


def put(status: str = "Published", sha256: str = SHA256) -> Answer:
    asset = {"name": "app.bin", "size": len(BODY), "hashes": {"SHA-256": sha256}}
    return told(version=PACKAGE.version, versionRevision="r1", status=status, asset=asset)


@contextmanager
def asked(
    monkeypatch: pytest.MonkeyPatch, script: Callable[[Heard], Answer | None], waits: Told | None = None
) -> Iterator[tuple[CodeArtifact, Loopback]]:
    with loopback(script) as server:
        lead(monkeypatch, server.url)
        calls = Calls((waits or Told()).retry(budget=60.0), caller=SESSION)
        yield CodeArtifact(here().client("codeartifact", REGION), calls, partition="aws"), server


def answering(*answers: Answer | None) -> Callable[[Heard], Answer | None]:
    """Give one answer after the other, the last one for ever."""
    left = list(answers)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


def asset() -> NewAsset:
    def chunks() -> Iterator[memoryview]:
        view = memoryview(BODY)
        for start in range(0, len(view), 100_001):
            yield view[start : start + 100_001]

    return NewAsset(name="app (1).bin", size=len(BODY), sha256=SHA256, chunks=chunks)


def test_an_asset_is_sent_whole_and_signed_by_its_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    with asked(monkeypatch, answering(put("Unfinished"))) as (packages, server):
        assert packages.publish(PACKAGE, asset(), unfinished=True) == Put(
            sha256=SHA256, status="Unfinished", revision="r1"
        )
    heard = server.heard[0]
    assert (heard.method, hashlib.sha256(heard.body).hexdigest(), heard.headers["content-length"]) == (
        "POST",
        SHA256,
        str(len(BODY)),
    )
    assert heard.headers["x-amz-content-sha256"] == SHA256
    assert "x-amz-content-sha256" in heard.headers["authorization"]
    assert parse_qs(urlsplit(heard.target).query) == {
        "domain": ["acme"],
        "domain-owner": [OWNER],
        "repository": ["releases"],
        "format": ["generic"],
        "namespace": ["web"],
        "package": ["SugarWater"],
        "version": ["1.2.3+build.5"],
        "asset": ["app (1).bin"],
        "unfinished": ["true"],
    }


@pytest.mark.parametrize("trouble", [None, said(500, "InternalServerException"), said(429, "ThrottlingException")])
def test_an_asset_that_did_not_arrive_is_sent_again_from_its_first_byte(
    monkeypatch: pytest.MonkeyPatch, trouble: Answer | None
) -> None:
    with asked(monkeypatch, answering(trouble, put())) as (packages, server):
        assert packages.publish(PACKAGE, asset(), unfinished=False) is not None
    assert server.heard[-1].body == BODY
    assert "unfinished" not in parse_qs(urlsplit(server.heard[-1].target).query)


def test_something_else_under_the_name_is_told_and_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with asked(monkeypatch, answering(said(409, "ConflictException", "there"))) as (packages, server):
        assert packages.publish(PACKAGE, asset(), unfinished=False) is None
    assert len(server.heard) == 1


def test_what_is_read_while_lines_are_cut_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    cuts = iter([1, MIB + 7, 2 * MIB])

    def script(_: Heard) -> Answer:
        end = next(cuts, None)
        headers = {"Content-Length": str(len(BODY))}
        return Answer(200, BODY if end is None else BODY[:end], headers, close=end is not None)

    with asked(monkeypatch, script) as (packages, server):
        assert b"".join(packages.stream(PACKAGE, "app.bin")) == BODY
    assert len(server.heard) == 4


def test_a_line_that_brings_nothing_more_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    cut = Answer(200, BODY[:MIB], {"Content-Length": str(len(BODY))}, close=True)
    with asked(monkeypatch, answering(cut)) as (packages, server), pytest.raises(Unavailable):
        list(packages.stream(PACKAGE, "app.bin"))
    assert len(server.heard) == 2


def test_a_refusal_says_on_which_package_and_which_policy_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    action, arn = "codeartifact:PublishPackageVersion", PACKAGE.arn()
    why = "because no resource-based policy allows the codeartifact:PublishPackageVersion action"
    message = f"User: {SESSION} is not authorized to perform: {action} on resource: {arn} {why}"
    with (
        asked(monkeypatch, answering(said(403, "AccessDeniedException", message))) as (packages, _),
        pytest.raises(AccessDenied) as caught,
    ):
        packages.publish(PACKAGE, asset(), unfinished=False)
    assert (caught.value.action, caught.value.resource, caught.value.caller) == (action, arn, SESSION)
    assert "Add this to the repository policy of" in caught.value.advice
    assert "codeartifact:DescribePackageVersion, codeartifact:ListPackageVersionAssets" in caught.value.advice
    assert "`waybill access` writes (`may: [read, publish]`)" in caught.value.advice


def test_what_it_does_not_take_is_a_fault_of_codeartifact(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = said(400, "ValidationException", "the namespace is wrong")
    with asked(monkeypatch, answering(answer)) as (packages, _), pytest.raises(InputError) as caught:
        packages.look(PACKAGE)
    assert [fault.name for fault in caught.value.faults] == ["codeartifact"]


def test_a_repository_that_is_not_there_is_told_apart_from_a_version(monkeypatch: pytest.MonkeyPatch) -> None:
    version = said(404, "ResourceNotFoundException", "no version", resourceType="package-version")
    repository = said(404, "ResourceNotFoundException", "no repository", resourceType="repository")
    with asked(monkeypatch, answering(version, repository)) as (packages, _):
        assert packages.look(PACKAGE) is None
        with pytest.raises(InputError) as caught:
            packages.look(PACKAGE)
    assert "codeartifact-account" in str(caught.value)


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (told(successfulVersions={PACKAGE.version: {"revision": "r1", "status": "Published"}}), None),
        (
            told(failedVersions={PACKAGE.version: {"errorCode": "ALREADY_EXISTS", "errorMessage": "It exists"}}),
            CopyFault(code="ALREADY_EXISTS", said="It exists"),
        ),
        (told(failedVersions={}), CopyFault(code="", said="CodeArtifact's answer says nothing of this version.")),
    ],
)
def test_a_copy_that_failed_says_so_in_an_answer_that_is_well(
    monkeypatch: pytest.MonkeyPatch, answer: Answer, fault: CopyFault | None
) -> None:
    with asked(monkeypatch, answering(answer)) as (packages, server):
        assert packages.copy(PACKAGE, "staging", revision="r7") == fault
    query = parse_qs(urlsplit(server.heard[0].target).query)
    assert (query["source-repository"], query["destination-repository"]) == (["staging"], ["releases"])
    assert json.loads(server.heard[0].body) == {"versionRevisions": {PACKAGE.version: "r7"}}


def test_a_document_that_is_too_long_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    with asked(monkeypatch, answering(Answer(200, b"x" * 11))) as (packages, _), pytest.raises(ArtifactError):
        packages.read(PACKAGE, "waybill.json", limit=10)
