from __future__ import annotations

import os
import subprocess
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aws.loopback import Answer
from fakes.github_api import DIGEST, REPOSITORY, TOKEN, GitHub, document, github, refusal
from waybill.errors import (
    AccessDenied,
    ArtifactError,
    Cancelled,
    ExitCode,
    IdentityError,
    InputError,
    Unavailable,
    WaybillError,
)
from waybill.github.releases import github_releases
from waybill.github.token import token_of
from waybill.ports.releases import Release, Releases

TAG = f"/repos/{REPOSITORY}/releases/tags/v1.2.3"
TRACED = """
import os, pathlib, sys, tracemalloc
import github, requests
from waybill.github.releases import github_releases
releases = github_releases(os.environ, sys.argv[1], sleep=lambda seconds: None)
asset = releases.find(["v1.2.3"]).assets[0]
tracemalloc.start()
releases.fetch(asset, pathlib.Path(sys.argv[2]))
print(tracemalloc.get_traced_memory()[1])
"""
SITE = {"site-1.2.3.zip": b"PK the site", "notes.txt": b"notes"}


@pytest.fixture
def hub() -> Iterator[GitHub]:
    with github() as running:
        yield running


def releases(hub: GitHub, token: str = TOKEN, environ: dict[str, str] | None = None, **more: Any) -> Releases:
    more.setdefault("sleep", lambda seconds: None)
    return github_releases({**hub.environ(), **(environ or {})}, token, **{"attempts": 3, **more})


def failure(hub: GitHub, *tags: str, **more: Any) -> WaybillError:
    """Return the error of a search, after making sure that the token is nowhere in it."""
    with pytest.raises(WaybillError) as caught:
        releases(hub, **more).find(tags or ("v1.2.3",))
    return without_token(caught.value)


def without_token(error: WaybillError) -> WaybillError:
    one: BaseException | None = error
    shown = "".join(traceback.format_exception(error))
    while one is not None:
        shown += repr(one) + str(one) + repr(vars(one))
        one = one.__cause__ or one.__context__
    assert TOKEN not in shown
    return error


def names(release: Release) -> list[str]:
    return [asset.name for asset in release.assets]


def fetched(hub: GitHub, folder: Path, name: str = "site-1.2.3.zip", **more: Any) -> bytes:
    found = releases(hub, **more)
    asset = next(asset for asset in found.find(["v1.2.3"]).assets if asset.name == name)
    found.fetch(asset, folder / "asset")
    return (folder / "asset").read_bytes()


def test_the_release_of_a_tag_and_its_assets_are_found(hub: GitHub) -> None:
    hub.release("v1.2.3", SITE)
    found = releases(hub).find(["SugarWater@1.2.3", "SugarWater/v1.2.3", "v1.2.3"])
    assert (found.tag, found.event, names(found)) == ("v1.2.3", False, list(SITE))
    assert hub.api is not None
    assert {one.headers["authorization"].split()[1] for one in hub.api.heard} == {TOKEN}


def test_the_first_tag_with_a_release_wins_and_a_slash_in_it_is_part_of_it(hub: GitHub) -> None:
    hub.release("v1.2.3", {"other.zip": b"x"})
    hub.release("SugarWater/v1.2.3", SITE)
    found = releases(hub).find(["SugarWater@1.2.3", "SugarWater/v1.2.3", "v1.2.3"])
    assert found.tag == "SugarWater/v1.2.3"
    assert any("SugarWater%2Fv1.2.3" in line for line in hub.asked())


def test_an_enterprise_servers_prefix_is_honoured(tmp_path: Path) -> None:
    with github(prefix="/api/v3") as hub:
        hub.release("v1.2.3", SITE)
        assert fetched(hub, tmp_path) == SITE["site-1.2.3.zip"]
        assert hub.api is not None
        assert all(one.target.startswith("/api/v3/repos/") for one in hub.api.heard)


def test_all_assets_are_listed_however_many(hub: GitHub) -> None:
    hub.release("v1.2.3", {f"a{number:03}": b"x" for number in range(201)})
    assert len(releases(hub).find(["v1.2.3"]).assets) == 201


def test_a_public_repository_needs_no_token(hub: GitHub, tmp_path: Path) -> None:
    hub.release("v1.2.3", SITE)
    assert fetched(hub, tmp_path, token="") == SITE["site-1.2.3.zip"]
    assert hub.api is not None
    assert all("authorization" not in one.headers for one in hub.api.heard)


def test_the_release_of_the_event_is_taken_whatever_the_tags(hub: GitHub, tmp_path: Path) -> None:
    hub.release("v1.2.3", {"other.zip": b"x"})
    made = hub.release("nightly", SITE)
    stale = {**made, "assets": []}
    found = releases(hub, environ=hub.environ(tmp_path, stale)).find(["v1.2.3"])
    assert (found.tag, found.event, names(found)) == ("nightly", True, list(SITE))


@pytest.mark.parametrize("payload", [None, "", "[]", "{}", '{"release": {"id": "7"}}', "no json"])
def test_an_event_without_its_release_is_a_fault_of_the_runners_file(
    hub: GitHub, tmp_path: Path, payload: str | None
) -> None:
    path = tmp_path / "event.json"
    if payload is not None:
        path.write_text(payload)
    error = failure(hub, environ={"GITHUB_EVENT_NAME": "release", "GITHUB_EVENT_PATH": str(path)})
    assert isinstance(error, InputError)
    assert [fault.name for fault in error.faults] == ["GITHUB_EVENT_PATH"]
    assert hub.asked() == []


def test_a_draft_is_refused(hub: GitHub, tmp_path: Path) -> None:
    made = hub.release("v1.2.3", SITE, draft=True)
    error = failure(hub, environ=hub.environ(tmp_path, made))
    assert error.exit_code is ExitCode.INPUT
    assert "draft" in error.what
    assert "v1.2.3" in error.what


def test_no_release_names_every_tag_that_was_looked_for(hub: GitHub) -> None:
    error = failure(hub, "SugarWater@1.2.3", "v1.2.3")
    assert error.exit_code is ExitCode.INPUT
    assert "SugarWater@1.2.3, v1.2.3" in error.what
    assert "contents: read" in error.what


def test_a_deleted_release_of_the_event_is_told(hub: GitHub, tmp_path: Path) -> None:
    error = failure(hub, environ=hub.environ(tmp_path, {"id": 7}))
    assert error.exit_code is ExitCode.INPUT
    assert "id 7" in error.what


@pytest.mark.parametrize("repository", ["", "sugarwater", "a/b/c", "acme/../x y"])
def test_a_repository_that_is_none_is_a_fault(hub: GitHub, repository: str) -> None:
    error = failure(hub, environ={"GITHUB_REPOSITORY": repository})
    assert isinstance(error, InputError)
    assert [(fault.name, fault.value) for fault in error.faults] == [("GITHUB_REPOSITORY", repository)]
    assert hub.asked() == []


@pytest.mark.parametrize("url", ["no address", "ftp://host", "https://", "https://host:port/"])
def test_an_api_address_that_is_none_is_a_fault(hub: GitHub, url: str) -> None:
    error = failure(hub, environ={"GITHUB_API_URL": url})
    assert isinstance(error, InputError)
    assert [fault.name for fault in error.faults] == ["GITHUB_API_URL"]


def test_a_repository_that_is_not_shown_is_no_missing_release(hub: GitHub) -> None:
    hub.private = True
    error = failure(hub, token="")
    assert isinstance(error, AccessDenied)
    assert (error.refused.side, error.action, error.resource) == ("token", "contents: read", REPOSITORY)
    assert REPOSITORY in error.what
    assert "no token was given" in error.advice


def test_a_token_that_is_not_taken(hub: GitHub) -> None:
    error = failure(hub, token="ghs_expired")
    assert isinstance(error, IdentityError)
    assert "401 Bad credentials" in error.what
    assert "contents: read" in error.advice
    assert len(hub.asked()) == 1


@pytest.mark.parametrize("status", [403, 451])
def test_a_refusal_is_final(hub: GitHub, status: int) -> None:
    hub.says[TAG] = [refusal(status, f"Resource not accessible by {TOKEN}")]
    error = failure(hub)
    assert isinstance(error, AccessDenied)
    assert (error.refused.side, error.action) == ("token", "contents: read")
    assert TOKEN not in str(error.refused)
    assert f"{status} Resource not accessible by ***" in error.what


@pytest.mark.parametrize(
    ("status", "message"),
    [(403, "API rate limit exceeded for 192.0.2.1."), (403, "Forbidden"), (429, "Too many requests")],
)
def test_a_used_up_rate_limit_is_told_with_its_end_and_not_waited_for(hub: GitHub, status: int, message: str) -> None:
    told = {"x_ratelimit_remaining": "0", "x_ratelimit_reset": "1767225600"}
    hub.says[TAG] = [refusal(status, message, **told)]
    error = failure(hub, token="", sleep=lambda seconds: pytest.fail("waited"))
    assert isinstance(error, Unavailable)
    assert "2026-01-01T00:00:00Z" in error.what
    assert "With a token" in error.advice


def test_a_short_limit_is_waited_for_and_a_long_one_told(hub: GitHub) -> None:
    hub.release("v1.2.3", SITE)
    waits: list[float] = []
    hub.says[TAG] = [refusal(403, "You have exceeded a secondary rate limit.", retry_after="7")]
    assert names(releases(hub, sleep=waits.append).find(["v1.2.3"])) == list(SITE)
    assert waits == [7.0]
    hub.says[TAG] = [refusal(429, "Too many requests", retry_after="3600")]
    assert "3600 s" in failure(hub, sleep=lambda seconds: pytest.fail("waited")).what


@pytest.mark.parametrize("first", [Answer(502, "<html>"), Answer(500, "{}"), None])
def test_what_fails_in_passing_is_asked_again(hub: GitHub, first: Answer | None) -> None:
    hub.release("v1.2.3", SITE)
    waits: list[float] = []
    hub.says[TAG] = [first, first]
    assert names(releases(hub, sleep=waits.append).find(["v1.2.3"])) == list(SITE)
    assert waits == [0.5, 1.0]


def test_what_fails_for_ever_is_unavailable(hub: GitHub) -> None:
    hub.says[TAG] = [Answer(503, "{}")] * 9
    error = failure(hub)
    assert isinstance(error, Unavailable)
    assert len(hub.says[TAG]) == 6
    assert error.advice


def test_a_host_that_is_not_there_is_unavailable(hub: GitHub) -> None:
    error = failure(hub, environ={"GITHUB_API_URL": "http://127.0.0.1:1"})
    assert isinstance(error, Unavailable)
    assert "127.0.0.1" in error.advice


@pytest.mark.parametrize(
    "nonsense",
    [
        Answer(200, "<html>log in</html>"),
        Answer(200, "{no json"),
        Answer(200, ""),
        document([]),
        document({"id": "7", "tag_name": "v1.2.3"}),
        document({"id": 7}),
        Answer(301, headers={"Location": "http://elsewhere.test/"}),
    ],
)
def test_what_is_no_github_is_told_as_such(hub: GitHub, nonsense: Answer) -> None:
    hub.says[TAG] = [nonsense]
    error = failure(hub)
    assert isinstance(error, Unavailable)
    assert hub.url in error.what
    assert "GITHUB_API_URL" in error.advice


def test_the_bytes_are_the_assets_and_the_token_stays_with_the_api(hub: GitHub, tmp_path: Path) -> None:
    body = os.urandom(3 << 20)
    hub.release("v1.2.3", {"site-1.2.3.zip": body})
    warned: list[str] = []
    assert fetched(hub, tmp_path, warn=warned.append) == body
    assert warned == []
    assert hub.store is not None
    assert hub.api is not None
    assert [one.headers.get("authorization") for one in hub.store.heard] == [None]
    assert hub.api.heard[-1].headers["authorization"] == f"Bearer {TOKEN}"
    assert (tmp_path / "asset").stat().st_mode & 0o777 == 0o600


def test_an_asset_is_never_in_memory_as_a_whole(hub: GitHub, tmp_path: Path) -> None:
    hub.release("v1.2.3", {"site-1.2.3.zip": bytes(48 << 20)})
    ended = subprocess.run(
        [sys.executable, "-c", TRACED, TOKEN, str(tmp_path / "asset")],
        env={**os.environ, **hub.environ(), "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert (tmp_path / "asset").stat().st_size == 48 << 20
    assert int(ended.stdout) < 8 << 20


def test_another_port_of_the_same_host_gets_no_token_nor_what_a_netrc_says(
    hub: GitHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login a password b\nmachine localhost login a password b\n")
    monkeypatch.setenv("NETRC", str(netrc))
    hub.release("v1.2.3", SITE)
    assert hub.store is not None
    hub.storage = hub.store.url
    assert fetched(hub, tmp_path) == SITE["site-1.2.3.zip"]
    assert [one.headers.get("authorization") for one in hub.store.heard] == [None]


@pytest.mark.parametrize("digest", [None, "sha512:00", "md5"])
def test_without_a_digest_the_size_alone_is_compared_and_that_is_told(
    hub: GitHub, tmp_path: Path, digest: str | None
) -> None:
    hub.release("v1.2.3", SITE, digest=digest)
    warned: list[str] = []
    assert fetched(hub, tmp_path, warn=warned.append) == SITE["site-1.2.3.zip"]
    assert len(warned) == 1
    assert "only its size could be compared" in warned[0]


@pytest.mark.parametrize(
    ("body", "digest", "word"),
    [
        (b"PK the sity", DIGEST, "SHA-256"),
        (b"PK the", DIGEST, "6 bytes, not the 11"),
        (b"PK the", None, "6 bytes, not the 11"),
        (b"", None, "0 bytes"),
        (b"PK the site and more", None, "more bytes than the 11"),
    ],
)
def test_other_bytes_than_github_names_are_refused_and_not_left(
    hub: GitHub, tmp_path: Path, body: bytes, digest: str | None, word: str
) -> None:
    hub.release("v1.2.3", SITE, digest=digest)
    hub.stored_says = [Answer(200, body)] * 9
    with pytest.raises(ArtifactError) as caught:
        fetched(hub, tmp_path)
    assert "site-1.2.3.zip" in caught.value.what
    assert "not what GitHub says of it" in caught.value.what
    assert word in caught.value.what
    assert list(tmp_path.iterdir()) == []
    assert hub.store is not None
    assert len(hub.store.heard) == 1


def test_of_a_store_that_is_not_there_the_signature_is_not_shown(hub: GitHub, tmp_path: Path) -> None:
    hub.release("v1.2.3", SITE)
    hub.storage = "http://localhost:1"
    with pytest.raises(Unavailable) as caught:
        fetched(hub, tmp_path)
    assert "localhost" in caught.value.what
    assert "c2lnbmF0dXJl" not in "".join(traceback.format_exception(caught.value))


def test_a_download_that_breaks_off_begins_anew(hub: GitHub, tmp_path: Path) -> None:
    hub.release("v1.2.3", SITE)
    short = Answer(200, b"PK the", headers={"Content-Length": "11"}, close=True)
    hub.stored_says = [short, None]
    assert fetched(hub, tmp_path) == SITE["site-1.2.3.zip"]


@pytest.mark.parametrize("said", [Answer(403, "<Error>"), Answer(503, ""), None])
def test_a_store_that_never_gives_it_is_unavailable_and_its_address_is_not_shown(
    hub: GitHub, tmp_path: Path, said: Answer | None
) -> None:
    hub.release("v1.2.3", SITE)
    hub.stored_says = [said] * 9
    with pytest.raises(Unavailable) as caught:
        fetched(hub, tmp_path)
    assert "c2lnbmF0dXJl" not in "".join(traceback.format_exception(without_token(caught.value)))
    assert list(tmp_path.iterdir()) == []
    assert len(hub.stored_says) == 6


def test_an_asset_that_is_gone_meanwhile_is_told(hub: GitHub, tmp_path: Path) -> None:
    hub.release("v1.2.3", SITE)
    found = releases(hub)
    asset = found.find(["v1.2.3"]).assets[0]
    hub.bodies.clear()
    with pytest.raises(ArtifactError, match="no longer in the release"):
        found.fetch(asset, tmp_path / "asset")


def test_redirects_without_an_end_are_given_up(hub: GitHub, tmp_path: Path) -> None:
    hub.release("v1.2.3", SITE)
    hub.stored_says = [Answer(302, headers={"Location": f"{hub.storage}/1"})] * 20
    with pytest.raises(Unavailable, match="redirects"):
        fetched(hub, tmp_path)
    assert len(hub.stored_says) == 15


def test_no_room_is_an_artifacts_error(hub: GitHub, tmp_path: Path) -> None:
    hub.release("v1.2.3", SITE)
    with pytest.raises(ArtifactError, match="could not be written") as caught:
        fetched(hub, tmp_path / "nowhere")
    assert "temporary directory" in caught.value.advice


def test_a_cancelled_download_leaves_nothing(hub: GitHub, tmp_path: Path) -> None:
    hub.release("v1.2.3", {"site-1.2.3.zip": bytes(5 << 20)})
    calls = iter(range(99))

    def check() -> None:
        if next(calls) == 3:
            raise Cancelled("Cancelled.")

    with pytest.raises(Cancelled):
        fetched(hub, tmp_path, check=check)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("given", "environ", "token"),
    [
        ("ghp_mine", {"GITHUB_TOKEN": "ghs_its"}, "ghp_mine"),
        ("", {"GITHUB_TOKEN": " ghs_its\n"}, "ghs_its"),
        (" ", {}, ""),
    ],
)
def test_the_inputs_token_goes_before_the_environments_and_is_masked_first(
    given: str, environ: dict[str, str], token: str
) -> None:
    masked: list[str] = []
    assert token_of(given, environ, masked.append) == token
    assert masked == [token] * bool(token)
