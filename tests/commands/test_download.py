"""download: the nearest region whose bytes are right, whatever the others do; and nothing half-done at the end."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from fakes.aws import REGIONS
from promises.downloading import BODY, KEY, Downloads
from promises.stand import METADATA, SLICE, SMALL, Stand, waybill_of
from waybill.domain.result import Outcome, Result
from waybill.errors import ConflictError, ExitCode, InputError
from waybill.progress import Sent, Warned

Harm = Callable[[Downloads, str], None]

NEAREST, SECOND, LAST = "us-west-2", "us-east-1", "eu-west-1"
OTHER = BODY[:-1] + b"?"


@pytest.fixture(autouse=True)
def _small_stretches() -> Iterator[None]:
    with patch("waybill.transfer.fetch.STRETCH", SLICE // 16):
        yield


@pytest.fixture
def downloads(tmp_path: Path) -> Downloads:
    (tmp_path / "build").mkdir()
    (tmp_path / "there").mkdir()
    return Downloads(Stand(tmp_path / "build"), tmp_path / "there")


def test_the_bytes_come_from_the_nearest_region_and_no_other_is_asked(downloads: Downloads) -> None:
    downloads.plant()
    result = downloads.run()
    assert (downloads.folder / "G").read_bytes() == BODY
    assert downloads.names() == ["G"]
    assert (result.outcome, result.changed, result.exit_code) == (Outcome.CREATED, True, ExitCode.OK)
    assert (result.sha256, result.size) == (hashlib.sha256(BODY).hexdigest(), len(BODY))
    assert [(end.region, end.outcome) for end in result.regions] == [(NEAREST, Outcome.CREATED)]
    assert result.to_json()["path"] == str(downloads.folder / "G")
    assert result.to_json()["verified"] == "sha256"
    asked = {call.region for call in downloads.stand.world.calls.log() if call.call in {"head", "read", "stream"}}
    assert asked == {NEAREST}
    assert not downloads.stand.world.writes()
    assert max(event.sent for event in downloads.stand.reporter.of(Sent)) == len(BODY)


def test_the_same_again_changes_nothing_and_fetches_nothing(downloads: Downloads) -> None:
    downloads.plant()
    downloads.run()
    before = written(downloads.folder / "G")
    downloads.stand.world.calls.forget()
    result = downloads.run()
    assert (result.outcome, result.changed) == (Outcome.ALREADY, False)
    assert downloads.streamed() == []
    assert written(downloads.folder / "G") == before


def written(path: Path) -> tuple[int, int, int]:
    """Return what a write of a file changes; that it is read, to compare it, changes none of this."""
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def test_a_file_with_other_bytes_is_replaced_at_the_end_and_not_before(downloads: Downloads) -> None:
    downloads.plant()
    target = downloads.folder / "G"
    target.write_bytes(b"before")
    seen = list[bytes]()
    downloads.stand.world.on("stream", lambda call: seen.append(target.read_bytes()), times=None, when="after")
    assert downloads.run().changed
    assert (set(seen), target.read_bytes()) == ({b"before"}, BODY)


def tampered(downloads: Downloads, region: str) -> None:
    downloads.put(region, OTHER)


def tampered_and_hashed(downloads: Downloads, region: str) -> None:
    downloads.put(region, OTHER, sha256=hashlib.sha256(OTHER).hexdigest())


def truncated(downloads: Downloads, region: str) -> None:
    downloads.put(region, BODY[:-1000])


def empty(downloads: Downloads, region: str) -> None:
    downloads.put(region, b"")


def broken_waybill(downloads: Downloads, region: str) -> None:
    downloads.put(region, b"{", f"{KEY}/waybill.json")


def other_waybill(downloads: Downloads, region: str) -> None:
    downloads.put(region, waybill_of(OTHER), f"{KEY}/waybill.json")


def waybill_of_another_version(downloads: Downloads, region: str) -> None:
    downloads.put(region, waybill_of(BODY, "9.9.9"), f"{KEY}/waybill.json")


def waybill_of_a_later_schema(downloads: Downloads, region: str) -> None:
    document = json.loads(waybill_of(BODY)) | {"schema": 99}
    downloads.put(region, json.dumps(document).encode(), f"{KEY}/waybill.json")


def absent(downloads: Downloads, region: str) -> None:
    downloads.remove(KEY, region)


def down(downloads: Downloads, region: str) -> None:
    downloads.stand.world.fail(call="*", region=region, key="^(?!/startifact)", times=None)


def down_while_reading(downloads: Downloads, region: str) -> None:
    downloads.stand.world.fail(call="stream", region=region, when="during", skip=2, times=None)


def denied(downloads: Downloads, region: str) -> None:
    downloads.stand.world.deny("stream", region=region)


def unprepared(downloads: Downloads, region: str) -> None:
    downloads.stand.world.delete_parameter(region, "222222222222", "/buckets/staging")


def replaced_meanwhile(downloads: Downloads, region: str) -> None:
    downloads.stand.world.on("stream", lambda call: downloads.put(region, OTHER), region=region, skip=3)


HARMS = [
    tampered,
    tampered_and_hashed,
    truncated,
    empty,
    broken_waybill,
    other_waybill,
    waybill_of_another_version,
    waybill_of_a_later_schema,
    absent,
    down,
    down_while_reading,
    denied,
    unprepared,
    replaced_meanwhile,
]
CODES: dict[Harm, int] = {down: 9, down_while_reading: 9, denied: 3, unprepared: 2}
every_harm = pytest.mark.parametrize("harm", HARMS, ids=[harm.__name__ for harm in HARMS])


@every_harm
def test_a_region_that_fails_is_passed_over_with_a_warning(harm: Harm, downloads: Downloads) -> None:
    downloads.plant()
    harm(downloads, NEAREST)
    result = downloads.run()
    assert (downloads.folder / "G").read_bytes() == BODY
    assert downloads.names() == ["G"]
    assert [(end.region, end.outcome) for end in result.regions] == [
        (NEAREST, Outcome.FAILED),
        (SECOND, Outcome.CREATED),
    ]
    assert result.regions[0].error
    assert (result.outcome, result.exit_code) == (Outcome.CREATED, 0)
    assert [event.text for event in downloads.stand.reporter.of(Warned) if NEAREST in event.text]


@every_harm
def test_where_every_region_fails_all_are_named_and_nothing_is_left(harm: Harm, downloads: Downloads) -> None:
    downloads.plant()
    (downloads.folder / "G").write_bytes(b"before")
    for region in REGIONS:
        harm(downloads, region)
    end = downloads.end()
    assert (downloads.folder / "G").read_bytes() == b"before"
    assert downloads.names() == ["G"]
    if harm is absent:
        assert isinstance(end, InputError)
        return
    assert isinstance(end, Result)
    assert (end.outcome, end.exit_code) == (Outcome.FAILED, CODES.get(harm, 4))
    assert [one.region for one in end.regions] == [NEAREST, SECOND, LAST]
    for region in REGIONS:
        assert end.error
        assert region in end.error or any(one.region == region and one.error for one in end.regions)
    assert (end.resume is None) is (end.exit_code in {2, 4})


def test_two_kinds_of_fault_end_with_the_lowest_code(downloads: Downloads) -> None:
    downloads.plant()
    tampered(downloads, NEAREST)
    down(downloads, SECOND)
    truncated(downloads, LAST)
    result = downloads.run()
    assert result.exit_code == 4
    assert [one.exit_code for one in result.regions] == [4, 9, 4]


def test_a_version_that_is_not_there_is_told_with_the_nearest(downloads: Downloads) -> None:
    downloads.plant(version="1.2.4")
    end = downloads.end("1.2.3")
    assert isinstance(end, InputError)
    assert [(fault.name, fault.value) for fault in end.faults] == [("version", "1.2.3")]
    assert "1.2.4" in end.what
    assert downloads.names() == []


@pytest.mark.parametrize("wanted", ["1.2.3", "^1", "latest"])
def test_a_project_that_was_mistyped_is_told_with_the_nearest(wanted: str, downloads: Downloads) -> None:
    downloads.plant()
    end = downloads.end(wanted, project="SugarWatr")
    assert isinstance(end, InputError)
    assert [(fault.name, fault.value) for fault in end.faults] == [("project", "SugarWatr")]
    assert "the nearest are SugarWater." in end.what


def test_a_version_that_may_be_where_nobody_answers_is_no_input_fault(downloads: Downloads) -> None:
    downloads.plant(version="1.2.4")
    down(downloads, LAST)
    end = downloads.end("1.2.3")
    assert isinstance(end, Result)
    assert end.exit_code == 4
    assert end.regions[-1].exit_code == 9


def test_a_range_takes_the_highest_and_a_channel_what_it_names(downloads: Downloads) -> None:
    downloads.plant(body=SMALL, version="1.4.0")
    downloads.plant(version="1.4.9")
    downloads.plant(body=b"next", version="2.0.0")
    downloads.name("1.4.0")
    for wanted, version, body in (("^1.4", "1.4.9", BODY), ("latest", "1.4.0", SMALL), ("*", "2.0.0", b"next")):
        result = downloads.run(wanted)
        assert (result.version, (downloads.folder / "G").read_bytes()) == (version, body)


@pytest.mark.parametrize("wanted", ["^9", "production"])
def test_a_range_or_channel_that_matches_nothing(wanted: str, downloads: Downloads) -> None:
    downloads.plant()
    end = downloads.end(wanted)
    assert isinstance(end, InputError)
    assert [(fault.name, fault.value) for fault in end.faults] == [("version", wanted)]


def test_a_channel_on_which_the_regions_do_not_agree_is_a_conflict(downloads: Downloads) -> None:
    for region, version in zip(REGIONS, ("1.0.0", "1.1.0", "1.2.0"), strict=True):
        downloads.name(version, region)
    assert isinstance(downloads.end("latest"), ConflictError)


def test_a_channel_that_names_what_nobody_stores_is_a_damaged_artifact(downloads: Downloads) -> None:
    downloads.name("1.2.3")
    end = downloads.end("latest")
    assert isinstance(end, Result)
    assert end.exit_code == 4


def test_a_region_without_a_waybill_is_asked_last(downloads: Downloads) -> None:
    downloads.plant()
    downloads.remove(f"{KEY}/waybill.json", NEAREST, SECOND)
    result = downloads.run()
    assert [end.region for end in result.regions] == [LAST]
    assert result.to_json()["verified"] == "sha256"


def test_bytes_without_a_waybill_are_held_against_another_regions(downloads: Downloads) -> None:
    downloads.plant()
    downloads.put(NEAREST, OTHER)
    downloads.remove(f"{KEY}/waybill.json", NEAREST)
    down_while_reading(downloads, SECOND)
    down_while_reading(downloads, LAST)
    assert downloads.run().exit_code == 4
    downloads.put(NEAREST, BODY)
    assert downloads.run().to_json()["verified"] == "sha256"
    assert (downloads.folder / "G").read_bytes() == BODY


@pytest.mark.parametrize("hashed", [True, False])
def test_what_only_startifact_staged_is_compared_with_what_s3_reports(hashed: bool, downloads: Downloads) -> None:
    for region in REGIONS:
        downloads.put(region, BODY, sha256=hashlib.sha256(BODY).hexdigest() if hashed else None)
    result = downloads.run()
    proof = "sha256" if hashed else "crc64nvme"
    assert result.to_json()["verified"] == proof
    assert (downloads.folder / "G").read_bytes() == BODY
    said = [event.text for event in downloads.stand.reporter.of(Warned)]
    assert len(said) == 1
    assert {"sha256": "SHA-256", "crc64nvme": "not attackers"}[proof] in said[0]
    downloads.stand.world.calls.forget()
    assert downloads.run().changed is False
    assert downloads.streamed() == []
    downloads.stand.world.on("stream", lambda call: downloads.put(call.region, OTHER), times=None)
    (downloads.folder / "G").unlink()
    assert downloads.run().exit_code == 4


def test_where_s3_knows_no_checksum_the_size_is_compared_and_that_is_said(downloads: Downloads) -> None:
    for region in REGIONS:
        downloads.put(region, BODY, sha256="")
    with patch("fakes.bucket.Stored", _stored_without_checksum):
        result = downloads.run()
        assert result.to_json()["verified"] == "size"
        assert "Only their size" in downloads.stand.reporter.of(Warned)[0].text
        again = downloads.run()
        assert (again.changed, downloads.names()) == (False, ["G"])
        (downloads.folder / "G").unlink()
        downloads.stand.world.on("stream", lambda call: downloads.put(call.region, OTHER, sha256=""), times=None)
        assert downloads.run().exit_code == 4
    assert downloads.names() == []


def _stored_without_checksum(**known: object) -> object:
    from waybill.domain.observation import Stored

    return Stored(**known | {"sha256": None, "crc64nvme": None})  # type: ignore[arg-type]


@pytest.mark.parametrize("body", [b"", b"x"])
def test_the_smallest_artifacts(body: bytes, downloads: Downloads) -> None:
    downloads.plant(body=body)
    downloads.run()
    assert (downloads.folder / "G").read_bytes() == body


@pytest.mark.parametrize("stored", ["app.tar.gz", "Résumé (1).zip"])
def test_the_stored_name_is_restored_inside_the_directory(stored: str, downloads: Downloads) -> None:
    downloads.plant(file_name=stored, metadata=METADATA)
    result = downloads.run(to=downloads.folder / "new" / "dist", directory=True, restore=True)
    assert (downloads.folder / "new" / "dist" / stored).read_bytes() == BODY
    assert result.to_json()["path"] == str(downloads.folder / "new" / "dist" / stored)


@pytest.mark.parametrize("restore", [True, None])
@pytest.mark.parametrize("startifact", [True, False])
@pytest.mark.parametrize(
    "stored", ["../../x", "/etc/passwd", "a\\b", "..", "", "a\0b", ".bashrc", "NUL", "x" * 300], ids=ascii
)
def test_a_hostile_stored_name_is_refused_and_named(
    stored: str, startifact: bool, restore: bool | None, downloads: Downloads
) -> None:
    downloads.plant(file_name=stored)
    if startifact:
        downloads.remove(f"{KEY}/waybill.json")
    result = downloads.run(to=downloads.folder / "dist", directory=True, restore=restore)
    assert result.exit_code == 4
    assert result.error
    assert repr(stored) in result.error
    assert "`to`" in (result.advice or "")
    assert downloads.names() == []


def test_without_a_stored_name_the_version_is_one_or_it_is_a_fault(downloads: Downloads) -> None:
    downloads.plant()
    downloads.run(to=downloads.folder, directory=True, restore=None)
    assert downloads.names() == ["SugarWater-1.2.3"]
    result = downloads.run(to=downloads.folder / "dist", directory=True, restore=True)
    assert result.exit_code == 2
    assert downloads.names() == ["SugarWater-1.2.3"]


def test_broken_metadata_of_startifacts_is_a_fault_of_its_region_only_where_the_name_is_asked(
    downloads: Downloads,
) -> None:
    for region in REGIONS:
        downloads.put(region, BODY)
        downloads.put(region, b"[", f"{KEY}/metadata")
    assert downloads.run().exit_code == 0
    result = downloads.run(to=downloads.folder / "dist", directory=True, restore=True)
    assert (result.exit_code, len(result.regions)) == (4, 3)


@pytest.mark.parametrize("what", ["a file in the way", "no room for the name", "a directory in the way"])
def test_what_this_machine_will_not_have_is_a_fault_of_to(what: str, downloads: Downloads) -> None:
    downloads.plant()
    (downloads.folder / "file").write_text("mine")
    (downloads.folder / "full").mkdir()
    (downloads.folder / "full" / "file").write_text("mine")
    to = {
        "a file in the way": downloads.folder / "file" / "G",
        "no room for the name": downloads.folder / ("x" * 300),
        "a directory in the way": downloads.folder / "full",
    }[what]
    result = downloads.run(to=to)
    assert result.exit_code == 2
    assert "to:" in (result.error or "")
    assert downloads.names() == ["file", "full"]
    assert [end.region for end in result.regions] == [], "no region is to blame"


def test_directories_that_were_made_go_with_what_should_have_lain_there(downloads: Downloads) -> None:
    downloads.plant()
    for region in REGIONS:
        down_while_reading(downloads, region)
    downloads.run(to=downloads.folder / "a" / "b" / "G")
    assert downloads.names() == []
