"""P4, P6 and P8 for downloads: whatever call fails, or is the last, nothing half-done stands or is left; run again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from unittest.mock import patch

import pytest

from fakes.account import FakeGateway
from fakes.aws import PRODUCTION, REGIONS
from fakes.calls import Call, When
from promises.downloading import BODY, KEY, Downloads
from promises.errands import ROLE
from promises.faults import Killed, Step, kill_at, steps_of
from promises.iam import allows, needs_of
from promises.stand import SLICE, Stand
from unpacking.making import Made, as_zip, tree_of
from waybill.cancel import Cancellation
from waybill.domain.download import ExtractLimits
from waybill.domain.result import Outcome, Result

LIMITS = ExtractLimits(size=10_000_000, entries=100)


@pytest.fixture(autouse=True)
def _few_stretches() -> Iterator[None]:
    with patch("waybill.transfer.fetch.STRETCH", SLICE // 5):
        yield


@pytest.fixture
def downloads(tmp_path: Path) -> Downloads:
    return new(tmp_path, "one")


def new(tmp_path: Path, name: str) -> Downloads:
    """Return a world with a version in it, and an empty folder."""
    for folder in ("build", "there"):
        (tmp_path / name / folder).mkdir(parents=True)
    found = Downloads(Stand(tmp_path / name / "build"), tmp_path / name / "there")
    found.plant()
    found.name("1.2.3")
    return found


def steps(tmp_path: Path) -> list[Step]:
    found = new(tmp_path, "rehearsal")
    found.run("latest")
    return steps_of(found.stand.world.calls.log())


@pytest.mark.parametrize("when", ["before", "after"])
def test_p4_killed_at_any_call_nothing_half_done_stands_and_again_finishes(tmp_path: Path, when: When) -> None:
    for number, step in enumerate(steps(tmp_path)):
        downloads = new(tmp_path, f"{number}")
        (downloads.folder / "G").write_bytes(b"before")
        dead = kill_at(downloads.stand.world, step, when)
        with suppress(Killed):
            downloads.end("latest")
        assert (downloads.folder / "G").read_bytes() in {b"before", BODY}, step
        dead.revive()
        result = downloads.run("latest")
        assert ((downloads.folder / "G").read_bytes(), result.exit_code) == (BODY, 0), step
        assert downloads.names() == ["G"], step


def test_p6_cancelled_at_any_call_it_ends_with_143_and_nothing_is_left(tmp_path: Path) -> None:
    for number, step in enumerate(steps(tmp_path)):
        downloads, cancellation = new(tmp_path, f"{number}"), Cancellation()

        def cancel(call: Call, cancellation: Cancellation = cancellation) -> None:
            cancellation.cancel(15)

        downloads.stand.world.on(step.call, cancel, region=step.region, key=step.pattern, skip=step.occurrence)
        end = downloads.end("latest", cancellation=cancellation)
        done = isinstance(end, Result) and end.outcome is Outcome.CREATED
        assert downloads.names() == (["G"] if done else []), step
        if isinstance(end, Result) and not done:
            assert end.exit_code == 143, step
            assert end.resume, step


def test_p6_a_run_that_is_stuck_has_its_temporary_file_removed(downloads: Downloads) -> None:
    cancellation = Cancellation()
    seen = list[list[str]]()

    def stuck(call: Call) -> None:
        seen.append(downloads.names())
        cancellation.clean_up(1)
        seen.append(downloads.names())

    downloads.stand.world.on("stream", stuck)
    downloads.end(cancellation=cancellation)
    assert [len(names) for names in seen] == [1, 0]


def zipped(tmp_path: Path, *entries: Made) -> bytes:
    return as_zip(tmp_path / "made.zip", entries).read_bytes()


def test_an_archive_is_unpacked_and_the_same_again_changes_nothing(downloads: Downloads, tmp_path: Path) -> None:
    body = zipped(tmp_path, Made("bin/run", b"#!", mode=0o755), Made("data", BODY), Made("link", link="bin"))
    downloads.plant(body=body, version="2.0.0")
    result = downloads.run("2.0.0", limits=LIMITS)
    assert tree_of(downloads.folder / "G") == {"bin": None, "bin/run": b"#!", "data": BODY, "link": "-> bin"}
    assert downloads.names() == ["G"]
    assert (result.changed, result.to_json()["extracted"]) == (True, 4)
    assert result.sha256 == hashlib.sha256(body).hexdigest()
    again = downloads.run("2.0.0", limits=LIMITS)
    assert (again.outcome, again.changed, downloads.names()) == (Outcome.ALREADY, False, ["G"])


@pytest.mark.parametrize("before", ["file", "more"])
def test_a_directory_that_holds_anything_else_is_left_alone(before: str, downloads: Downloads, tmp_path: Path) -> None:
    downloads.plant(body=zipped(tmp_path, Made("data", b"x")), version="2.0.0")
    (downloads.folder / "G").mkdir()
    (downloads.folder / "G" / ("data" if before == "file" else "more")).write_text("mine")
    kept = tree_of(downloads.folder / "G")
    result = downloads.run("2.0.0", limits=LIMITS)
    assert (result.exit_code, "to:" in (result.error or "")) == (2, True)
    assert (tree_of(downloads.folder / "G"), downloads.names()) == (kept, ["G"])


@pytest.mark.parametrize(
    ("entries", "limits"),
    [
        ([Made("fine", b"x"), Made("../evil", b"x")], LIMITS),
        ([Made("fine", b"x"), Made("out", link="../..")], LIMITS),
        ([Made("fine", b"x"), Made("bomb", bytes(100_000))], ExtractLimits(size=50_000, entries=10)),
        ([Made(f"{number}", b"") for number in range(11)], ExtractLimits(size=50_000, entries=10)),
    ],
    ids=["name", "link", "bytes", "entries"],
)
def test_an_archive_that_is_refused_leaves_nothing_and_no_other_region_is_asked(
    entries: list[Made], limits: ExtractLimits, downloads: Downloads, tmp_path: Path
) -> None:
    downloads.plant(body=zipped(tmp_path, *entries), version="2.0.0")
    result = downloads.run("2.0.0", to=downloads.folder / "new" / "G", limits=limits)
    assert (result.exit_code, result.outcome, result.resume) == (4, Outcome.FAILED, None)
    assert downloads.names() == []
    assert downloads.streamed() == ["us-west-2"]


def test_what_is_no_archive_is_told_so(downloads: Downloads) -> None:
    result = downloads.run(limits=LIMITS)
    assert (result.exit_code, "neither a zip nor a tar" in (result.error or "")) == (4, True)
    assert downloads.names() == []


def test_p6_cancelled_while_unpacking_nothing_is_left(downloads: Downloads, tmp_path: Path) -> None:
    downloads.plant(body=zipped(tmp_path, *(Made(f"{number}", b"x") for number in range(50))), version="2.0.0")
    cancellation, counts = Cancellation(), list[int]()
    check = cancellation.check

    def checked() -> None:
        folders = [path for path in downloads.folder.iterdir() if path.is_dir()]
        counts.append(len(list(folders[0].iterdir())) if folders else 0)
        if counts[-1] == 20:
            cancellation.cancel(2)
        check()

    cancellation.check = checked  # type: ignore[method-assign]
    result = downloads.run("2.0.0", limits=LIMITS, cancellation=cancellation)
    assert (result.exit_code, max(counts), downloads.names()) == (130, 20, [])


@pytest.mark.parametrize("wanted", ["1.2.3", "^1.2", "latest"])
@pytest.mark.parametrize("startifact", [False, True])
def test_p8_the_session_policy_allows_what_a_download_asks(
    wanted: str, startifact: bool, downloads: Downloads, tmp_path: Path
) -> None:
    if startifact:
        downloads.remove(f"{KEY}/waybill.json")
    gateway: FakeGateway = downloads.stand.world.gateway()
    downloads.run(wanted, gateway=gateway, identity=ROLE, to=downloads.folder, directory=True, restore=None)
    entered, found = 0, 0
    for call in downloads.stand.world.calls.log():
        entered += call.call == "enter"
        for need in needs_of(call, downloads.stand):
            found += 1
            assert allows(gateway.policies[entered - 1], need), need
    assert found > len(REGIONS)
    assert "PutObject" not in "".join(gateway.policies)
    channel = f"arn:aws:ssm:*:{PRODUCTION}:parameter/artifacts/SugarWater/"
    assert (channel in gateway.policies[-1]) is (wanted == "latest")
