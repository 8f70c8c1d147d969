"""What a rollback writes down: who, when, why, and where to; once, and in the same words in every region."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fakes.aws import PRODUCTION, REGIONS, bucket_name
from promises.crossing import Crossing
from promises.floors import events_of, named, off_the_floor
from promises.stand import Stand
from waybill.domain.events import Kind
from waybill.domain.result import Outcome
from waybill.errors import ExitCode, InputError

HISTORY = "1.0.0 2.0.0 3.0.0"


@pytest.fixture(autouse=True)
def _named(stand: Stand) -> None:
    named(stand, HISTORY, HISTORY, HISTORY)


def held(stand: Stand) -> dict[str, list[bytes]]:
    """Return the events of every region, by their keys."""
    found: dict[str, list[bytes]] = {}
    for region in REGIONS:
        for key, body in stand.world.contents(bucket_name(PRODUCTION, region)).items():
            if "/events/" in key:
                found.setdefault(key, []).append(body)
    return found


def test_an_event_says_who_when_why_and_where_to_and_is_the_same_in_every_region(stand: Stand) -> None:
    stand.roll_back("1.0.0", reason="checkout fails\n  on Fridays ")
    events = held(stand)
    assert list(events) == [
        "SugarWater@2.0.0/events/latest/20260131T120000Z-50.json",
        "SugarWater@3.0.0/events/latest/20260131T120000Z-50.json",
    ]
    for key, bodies in events.items():
        assert len(set(bodies)) == 1
        assert len(bodies) == 3
        assert json.loads(bodies[0]) == {
            "schema": 1,
            "kind": "withdrawn",
            "version": key.split("/")[0].split("@")[1],
            "channel": "latest",
            "by": "grace",
            "at": "2026-01-31T12:00:00Z",
            "reason": "checkout fails on Fridays",
            "target": "1.0.0",
            "lifts": [],
            "withdraws": ["3.0.0", "2.0.0"],
        }
        canonical = json.dumps(json.loads(bodies[0]), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert bodies[0] == canonical.encode()


def test_whoever_has_no_name_is_told_by_the_role(stand: Stand) -> None:
    stand.roll_back(actor="")
    assert {event.by for event in events_of(stand)} == {stand.world.account().caller().arn}


def test_what_is_written_is_encrypted_and_of_the_right_kind(stand: Stand) -> None:
    stand.roll_back()
    for region in REGIONS:
        bucket = stand.world.buckets[bucket_name(PRODUCTION, region)]
        item = bucket.current("SugarWater@3.0.0/events/latest/20260131T120000Z-50.json")
        assert item is not None
        assert (item.media_type, item.kms_key) == ("application/json", bucket.default.key)


def test_an_event_is_never_written_over(stand: Stand) -> None:
    stand.roll_back()
    before = held(stand)
    stand.clock.advance(60)
    stand.roll_back(reason="another reason")
    assert held(stand) == before


@pytest.mark.parametrize(
    "run_id", ["a/b", "../../x", "a b", "é", "x" * 300, "1-2", "-", "50.json", "{run}", "a\nb"], ids=repr
)
def test_any_run_has_a_key_that_s3_takes_and_finds_its_own_event_again(run_id: str, stand: Stand) -> None:
    stand.roll_back(run_id=run_id)
    (key,) = held(stand)
    assert key.startswith("SugarWater@3.0.0/events/latest/20260131T120000Z-")
    assert key.count("/") == 3
    assert len(key.rsplit("/", 1)[1]) <= 64
    assert key.isascii()
    assert key.isprintable()
    stand.clock.advance(60)
    result = stand.roll_back(run_id=run_id)
    assert (result.outcome, result.version) == (Outcome.ALREADY, "2.0.0")


@pytest.mark.parametrize(("first", "second"), [("1", "11"), ("11", "1"), ("1-2", "2"), ("2", "1-2")])
def test_a_run_whose_name_ends_alike_is_another_run(first: str, second: str, stand: Stand) -> None:
    assert stand.roll_back(run_id=first).version == "2.0.0"
    assert stand.roll_back(run_id=second).version == "1.0.0"


def test_one_run_may_promote_and_roll_back_within_a_second(stand: Stand) -> None:
    crossing = Crossing(stand.folder, world=stand.world, run_id="50")
    crossing.staged(version="4.0.0")
    assert crossing.promote(version="4.0.0", channel="latest").exit_code == ExitCode.OK
    result = stand.roll_back(run_id="50")
    assert (result.outcome, stand.channels()) == (Outcome.ROLLED_BACK, ["3.0.0"] * 3)
    kinds = [event.kind for event in events_of(stand) if event.version.text == "4.0.0"]
    assert sorted(kinds) == [Kind.PROMOTED, Kind.WITHDRAWN]


def test_an_event_of_another_content_under_its_name_is_not_taken_for_its_own(stand: Stand) -> None:
    """The same run, in the same second, from another machine."""
    key = "SugarWater@3.0.0/events/latest/20260131T120000Z-50.json"

    def rival(_: Any) -> None:
        stand.world.plant(bucket_name(PRODUCTION, REGIONS[1]), key, b'{"schema":1}')

    stand.world.on("put", rival, region=REGIONS[1], key="/events/")
    result = stand.roll_back()
    assert result.exit_code == ExitCode.CONFLICT
    assert f"{key} in {REGIONS[1]} is another event" in (result.regions[1].error or "")
    assert result.resume is not None
    assert stand.channels() == ["3.0.0"] * 3


@pytest.mark.parametrize(
    ("reason", "rule"),
    [
        ("", "is missing"),
        (" \n\t", "is missing"),
        ("x" * 1001, "at most 1000 characters; it has 1001"),
        ("a\x1b[31mred", "control character"),
        ("a\x00b", "control character"),
        ("half \ud800", "broken Unicode"),
    ],
    ids=repr,
)
def test_a_reason_that_cannot_be_kept_is_refused_before_anything_is_touched(
    reason: str, rule: str, stand: Stand
) -> None:
    end = stand.back_end(reason=reason)
    assert isinstance(end, InputError)
    assert "reason" in end.what
    assert rule in end.what
    assert not stand.world.calls.log()


@pytest.mark.parametrize("reason", ["x" * 1000, "ünïcode ✓ 🐑", "::error::no", "</script>", "$(rm -rf ~)", "a\r\nb"])
def test_any_other_reason_is_kept_on_one_line(reason: str, stand: Stand) -> None:
    result = stand.roll_back(reason=reason, require="all")
    assert result.outcome is Outcome.ROLLED_BACK
    assert {event.reason for event in events_of(stand)} == {" ".join(reason.split())}


def test_what_comes_back_comes_back_before_anything_above_it_is_withdrawn(stand: Stand) -> None:
    """Cut off in between, the channel would otherwise belong at a version that nobody asked for."""
    stand.roll_back("1.0.0", reason="3 and 2 fail")
    stand.stage(version="4.0.0")
    assert stand.channels() == ["4.0.0"] * 3
    stand.world.fail(call="put", key="@4.0.0/events", times=None)
    stand.back_end("2.0.0", reinstate="true", run_id="77")
    kinds = {(event.version.text, event.kind) for event in events_of(stand)}
    assert ("2.0.0", Kind.REINSTATED) in kinds
    assert ("4.0.0", Kind.WITHDRAWN) not in kinds
    assert stand.channels() == ["4.0.0"] * 3
    assert not off_the_floor(stand)
