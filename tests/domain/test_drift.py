"""What is behind, half done or drifting, and that the steps that follow lead where P3 says and no further."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from waybill.domain.channel import Put, floor
from waybill.domain.events import Event, Kind, standing_withdrawals
from waybill.domain.survey.drift import ChannelFacts, channel_floor, half_done, judge_channel, steps, to_read, unwritten
from waybill.domain.versions import Version, parse_or_none

REGIONS = ("us-east-1", "us-west-2", "eu-west-1")
NUMBERS = st.integers(1, 5)


def version(number: int) -> Version:
    return Version(f"{number}.0.0")


def withdrawal(number: int, target: int, name: str, listed: Sequence[int] = ()) -> Event:
    return Event(
        name=name,
        kind=Kind.WITHDRAWN,
        version=version(number),
        channel="latest",
        by="eve",
        at=f"2026-01-0{len(name) % 9 + 1}T00:00:00Z",
        reason="it leaks",
        target=version(target),
        withdraws=tuple(map(version, sorted(listed, reverse=True))),
    )


@st.composite
def events(draw: st.DrawFn) -> list[Event]:
    """Rollbacks, with lists or of older releases, whole or cut off, and reinstatements of some of what they took."""
    found: list[Event] = []
    for number in range(draw(st.integers(0, 3))):
        target = draw(st.integers(1, 4))
        listed = draw(st.lists(st.integers(target + 1, 5), min_size=1, unique=True))
        lists = listed if draw(st.booleans()) else []
        for above in draw(st.lists(st.sampled_from(listed), min_size=1, unique=True)):
            found.append(withdrawal(above, target, f"{'w' * (number + 1)}.json", lists))
    for one in draw(st.lists(st.sampled_from(found), max_size=2)) if found else []:
        found.append(replace(one, name=f"r-{one.name}", kind=Kind.REINSTATED, target=None, lifts=(one.name,)))
    return found


histories = st.lists(st.lists(NUMBERS.map(lambda number: f"{number}.0.0"), max_size=5), min_size=1, max_size=3)


@st.composite
def facts(draw: st.DrawFn) -> ChannelFacts:
    past = draw(histories)
    return ChannelFacts(
        channel="latest", histories=dict(zip(REGIONS, past, strict=False)), events=tuple(draw(events()))
    )


def moved(known: ChannelFacts) -> ChannelFacts:
    """Carry the steps out, as a repair does: events first."""
    known = known.with_events(unwritten(known))
    own = channel_floor(known)
    after: dict[str, Sequence[str]] = {}
    for name, step in steps(known, own).items():
        history = known.histories[name]
        after[name] = [*history, step.value.text] if isinstance(step, Put) else history
    return replace(known, histories=after)


@given(facts())
def test_one_round_of_steps_leaves_nothing_to_do(known: ChannelFacts) -> None:
    after = moved(known)
    assert not [step for step in steps(after, channel_floor(after)).values() if isinstance(step, Put)]
    shown = judge_channel(after, REGIONS[: len(after.histories)], {}, {})
    assert not shown.drift
    assert shown.rollback is None or shown.floor is None
    assert moved(after) == after


@given(facts())
def test_the_floor_is_the_highest_that_any_region_has(known: ChannelFacts) -> None:
    floors = [floor(history, known.events, None) for history in known.histories.values()]
    own = channel_floor(known)
    assert own in floors
    assert all(one is None or (own is not None and one <= own) for one in floors)


@given(facts())
def test_p3_no_step_leads_down_but_off_a_withdrawn_version(known: ChannelFacts) -> None:
    complete = known.with_events(unwritten(known))
    withdrawn = standing_withdrawals(complete.events)
    for name, step in steps(complete, channel_floor(complete)).items():
        now = parse_or_none((known.histories[name] or [""])[-1])
        if isinstance(step, Put):
            assert step.value not in withdrawn
            assert now is None or now in withdrawn or step.value > now


@given(facts())
def test_what_is_not_read_decides_nothing(known: ChannelFacts) -> None:
    """Reading only the events that seem to matter, round by round, tells the same as reading all of them."""
    read: list[Event] = []
    seen: set[Version] = set()
    with_events = {event.version for event in known.events}
    while waiting := to_read(known.histories.values(), with_events, read) - seen:
        seen |= waiting
        read += [event for event in known.events if event.version in waiting]
    partly = replace(known, events=tuple(read))
    assert channel_floor(partly) == channel_floor(known)
    assert half_done(partly) == half_done(known)
    assert set(unwritten(partly)) == set(unwritten(known))


@given(facts())
def test_a_half_done_rollback_is_found_wherever_a_channel_names_what_is_withdrawn(known: ChannelFacts) -> None:
    withdrawn = {one.text for one in standing_withdrawals(known.events)}
    stuck = {name for name, history in known.histories.items() if history and history[-1] in withdrawn}
    found = half_done(known)
    assert set(found.regions if found else ()) == stuck


def test_the_events_of_what_a_region_names_are_read_though_a_higher_version_stands() -> None:
    past = [["1.0.0", "4.0.0", "3.0.0"]]
    assert version(3) in to_read(past, [version(3)], [])
    assert to_read(past, [version(3)], [withdrawal(3, 1, "w.json")]) >= {version(1), version(3), version(4)}


def test_a_rollback_is_completed_down_to_its_target_and_not_below() -> None:
    past = ["1.0.0", "2.0.0", "3.0.0", "4.0.0"]
    known = ChannelFacts(channel="latest", histories={"a": past}, events=(withdrawal(4, 2, "w.json", [4, 3]),))
    assert [event.version.text for event in unwritten(known)] == ["3.0.0"]
    assert moved(known).histories["a"][-1] == "2.0.0"


@given(facts())
def test_p3_a_repair_withdraws_nothing_but_what_a_stored_event_lists(known: ChannelFacts) -> None:
    listed = {(one, event.name) for event in known.events for one in event.withdraws}
    written = {(event.version, event.name) for event in known.events}
    assert {(event.version, event.name) for event in unwritten(known)} <= listed - written


@given(facts())
def test_p3_a_repair_never_lowers_the_floor_that_the_stored_events_give(known: ChannelFacts) -> None:
    """They give it with their lists: what a rollback was yet to write is taken off, and nothing else is."""
    every = standing_withdrawals(known.events).values()
    listed = {one for events_of in every for event in events_of for one in event.withdraws}
    whole = known.with_events(replace(withdrawal(one.core[0], 1, "whole.json"), target=None) for one in listed)
    was, then = channel_floor(whole), channel_floor(known.with_events(unwritten(known)))
    assert was is None or (then is not None and then >= was)
    if not listed:
        assert channel_floor(known) == then


def test_what_came_after_a_rollback_is_not_withdrawn_by_its_repair() -> None:
    """It was complete: one region was silent when a higher version came, and was put back by hand."""
    past = ["1.0.0", "2.0.0", "1.0.0", "3.0.0"]
    for listed in ([2], []):
        known = ChannelFacts(
            channel="latest",
            histories={"a": past, "b": past, "c": [*past, "2.0.0"]},
            events=(withdrawal(2, 1, "w.json", listed),),
        )
        assert unwritten(known) == []
        assert [moved(known).histories[name][-1] for name in "abc"] == ["3.0.0"] * 3


def test_what_is_promoted_or_brought_back_after_a_rollback_is_not_withdrawn_by_its_repair() -> None:
    begun = withdrawal(4, 2, "w.json", [4, 3])
    for kind, at, left in (
        (Kind.PROMOTED, "2026-02-01T00:00:00Z", []),
        (Kind.REINSTATED, "2026-02-01T00:00:00Z", []),
        (Kind.PROMOTED, "2025-12-01T00:00:00Z", [version(3)]),
    ):
        since = replace(begun, name="p.json", version=version(3), kind=kind, at=at, target=None, withdraws=())
        known = ChannelFacts(channel="latest", histories={"a": ["2.0.0", "3.0.0", "4.0.0"]}, events=(begun, since))
        assert [event.version for event in unwritten(known)] == left


def test_what_moved_on_since_is_not_withdrawn() -> None:
    known = ChannelFacts(
        channel="latest",
        histories={"a": ["1.0.0", "3.0.0"], "b": ["1.0.0", "3.0.0", "1.0.0", "2.0.0"]},
        events=(withdrawal(3, 1, "w.json"),),
    )
    assert unwritten(known) == []
    assert moved(known).histories["a"][-1] == "2.0.0"


def test_equal_precedence_moves_nothing_and_stays_where_most_regions_are() -> None:
    known = ChannelFacts(channel="latest", histories={"a": ["1.0.0+a"], "b": ["1.0.0+b"], "c": ["1.0.0+b"]})
    assert channel_floor(known) == Version("1.0.0+b")
    assert not [step for step in steps(known, Version("1.0.0+b")).values() if isinstance(step, Put)]


def test_a_region_that_was_not_read_is_no_drift_and_no_majority() -> None:
    known = ChannelFacts(channel="latest", histories={"a": ["1.0.0"]})
    shown = judge_channel(known, ["a", "b"], {"b": "It is down."}, {})
    assert (shown.names, shown.drift) == (None, False)
    assert [(item.readable, item.why) for item in shown.regions] == [(True, ""), (False, "It is down.")]


def test_a_channel_that_is_absent_in_a_region_belongs_where_the_others_are() -> None:
    known = ChannelFacts(channel="latest", histories={"a": ["1.0.0"], "b": []})
    shown = judge_channel(known, ["a", "b"], {}, {})
    assert shown.drift
    assert [item.lags for item in shown.regions] == [False, True]
