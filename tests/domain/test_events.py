from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.floor import reinstatement, withdrawal
from domain.strategies import channels, printable, versions
from waybill.domain.events import Event, Kind, event_name, last_withdrawal, standing_withdrawals, was_withdrawn
from waybill.domain.versions import Version

V = Version
events = st.builds(
    Event,
    name=st.just("20260131T120000Z-1.json"),
    kind=st.sampled_from(Kind),
    version=versions,
    channel=channels,
    by=printable,
    at=st.just("2026-01-31T12:00:00Z"),
    reason=printable,
    target=st.none() | versions,
    lifts=st.lists(printable, max_size=2).map(tuple),
)
ONE = withdrawal(V("2.0.0"), V("1.0.0"), "20260131T120000Z-1.json")


@given(events)
def test_an_event_comes_back_from_its_bytes_and_its_name(event: Event) -> None:
    raw = event.to_bytes()
    assert Event.from_bytes(event.name, raw) == event
    assert raw == json.dumps(json.loads(raw), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def edited(**changes: Any) -> bytes:
    return json.dumps(json.loads(ONE.to_bytes()) | changes).encode()


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"null", b"[]", b"{}", b"\xff", b"[" * 100_000, edited(schema=2), edited(kind="erased"), edited(kind=None),
        edited(version="latest"), edited(version=None), edited(target="v1"), edited(target=7), edited(lifts=None),
        edited(lifts="abc"), edited(channel=None), edited(channel=3),
    ],
)  # fmt: skip
def test_what_is_no_event_is_refused_as_one_kind_of_error(raw: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any of them; anything else would be a bug
        Event.from_bytes("n.json", raw)


def test_the_name_of_an_event_has_the_time_and_the_run() -> None:
    assert event_name("2026-01-31T12:00:00Z", "123") == "20260131T120000Z-123.json"


@given(st.integers(0, 10**12), st.integers(0, 10**12))
def test_two_runs_never_share_the_name_of_an_event(one: int, other: int) -> None:
    same = event_name("2026-01-31T12:00:00Z", str(one)) == event_name("2026-01-31T12:00:00Z", str(other))
    assert same == (one == other)


def test_a_withdrawal_stands_until_an_event_of_its_own_version_lifts_it_by_name() -> None:
    other = withdrawal(V("2.0.0"), V("1.0.0"), "other.json")
    assert standing_withdrawals([ONE, other]) == {V("2.0.0"): [ONE, other]}
    assert standing_withdrawals([reinstatement(V("2.0.0"), [ONE.name], "r"), ONE, other]) == {V("2.0.0"): [other]}
    assert standing_withdrawals([ONE, reinstatement(V("3.0.0"), [ONE.name], "r")]) == {V("2.0.0"): [ONE]}
    assert standing_withdrawals([ONE, reinstatement(V("2.0.0"), [ONE.name], "r")]) == {}
    assert standing_withdrawals([]) == {}


def test_one_rollback_withdraws_several_versions_under_one_name() -> None:
    higher = withdrawal(V("3.0.0"), V("1.0.0"), ONE.name)
    lifted = reinstatement(V("3.0.0"), [ONE.name], "r")
    assert standing_withdrawals([ONE, higher, lifted]) == {V("2.0.0"): [ONE]}


def test_the_last_withdrawal_is_the_last_in_time_in_whatever_order_events_were_read() -> None:
    first, second = replace(ONE, at="2026-01-31T12:00:00Z"), replace(ONE, at="2026-02-01T12:00:00Z", name="b.json")
    assert last_withdrawal([first, second], V("2.0.0")) == last_withdrawal([second, first], V("2.0.0")) == second


def test_a_version_that_was_brought_back_has_no_last_withdrawal() -> None:
    assert last_withdrawal([ONE, reinstatement(V("2.0.0"), [ONE.name], "z.json")], V("2.0.0")) is None
    assert last_withdrawal([ONE], V("1.0.0")) is None


@pytest.mark.parametrize(
    ("by", "reason", "told"),
    [("ada", "broken", "by ada at T (broken)"), ("", "", "by somebody at T")],
)
def test_a_withdrawal_is_told_with_who_when_and_why(by: str, reason: str, told: str) -> None:
    event = replace(ONE, by=by, at="T", reason=reason, channel="production")
    assert was_withdrawn(event) == f"2.0.0 was withdrawn from production {told}"
