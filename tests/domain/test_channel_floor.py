from __future__ import annotations

from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from domain.floor import floors, reinstatement, withdrawal
from domain.strategies import near_versions
from waybill.domain.channel import Foreign, Move, Phase, Put, Standing, UpdateChannel, current, decide, floor
from waybill.domain.events import Event, Kind
from waybill.domain.versions import Version

V = Version
builds = st.builds(lambda base, build: V(f"{base.text}+{build}"), near_versions, st.sampled_from("ab"))
some = near_versions | builds
texts = some.map(str) | st.sampled_from(["not-a-version", "", "v1.0.0", "latest"])


@st.composite
def books(draw: st.DrawFn) -> list[Event]:
    """Withdrawals, some of them lifted, and events that say nothing about where the channel belongs."""
    found: list[Event] = []
    for index, (version, target) in enumerate(draw(st.lists(st.tuples(some, some), max_size=4))):
        found.append(withdrawal(version, target, f"w{index}"))
        if draw(st.booleans()):
            found.append(reinstatement(version, [f"w{index}"], f"r{index}"))
    noise = draw(st.lists(st.tuples(some, st.sampled_from([Kind.PROMOTED, Kind.DEPLOYED])), max_size=2))
    return [*found, *(Event(name="n", kind=kind, version=v, channel="c", by="", at="") for v, kind in noise)]


@given(st.lists(texts, max_size=8), books(), st.none() | some)
@example(["1.0.0+b", "1.0.0+a", "0.9.0"], [], None)
@example(["0.9.0", "1.0.0+a", "0.9.0"], [withdrawal(V("1.0.0+a"), V("0.9.0"), "w")], V("1.0.0+b"))
@example(["1.0.0"], [withdrawal(V("2.0.0"), V("1.0.0+b"), "w")], V("1.0.0+a"))
def test_p3_the_floor_is_the_highest_of_history_own_and_targets_less_the_withdrawn(
    history: list[str], events: list[Event], own: Version | None
) -> None:
    allowed = floors(history, events, own)
    found = floor(history, events, own)
    assert found in allowed if allowed else found is None


@given(st.lists(texts, max_size=8), books(), st.none() | some)
def test_a_decision_is_to_stand_to_put_the_floor_or_to_leave_what_is_foreign(
    history: list[str], events: list[Event], own: Version | None
) -> None:
    decision, value = decide(history, events, own), current(history)
    if value in {"not-a-version", "", "v1.0.0", "latest"}:
        assert decision == Foreign(value)
    elif isinstance(decision, Put):
        assert decision.value in floors(history, events, own)
        assert decision.value.text != value
        assert decision.create == (not history)
    else:
        assert decision == Standing(None if value is None else V(value))
        assert floor(history, events, own) in {None, V(value) if value else None}


@given(st.lists(some.map(str), min_size=1, max_size=6), books(), some)
def test_a_put_of_the_floor_stands_at_the_next_read(history: list[str], events: list[Event], own: Version) -> None:
    decision = decide(history, events, own)
    if isinstance(decision, Put):
        assert decide([*history, decision.value.text], events, own) == Standing(decision.value)


@given(st.lists(some.map(str), max_size=6), some)
def test_p3_a_channel_never_moves_down_without_a_rollback(history: list[str], own: Version) -> None:
    assume(history == [] or all(V(history[-1]) >= V(text) for text in history))
    decision = decide(history, [], own)
    if isinstance(decision, Put) and history:
        assert decision.value > V(history[-1])


@given(some, st.sampled_from("ab"))
def test_a_version_that_differs_in_build_metadata_never_moves_the_channel(version: Version, build: str) -> None:
    other = V(f"{version.text.partition('+')[0]}+{build}")
    assert decide([version.text], [], other) == Standing(version)


def test_of_equals_the_one_that_stands_stays_and_then_the_one_that_came_first() -> None:
    assert floor(["1.0.0+a", "1.0.0+b"], [], None) == V("1.0.0+b")
    assert floor(["1.0.0+b", "1.0.0+a", "0.9.0"], [], None) == V("1.0.0+b")
    assert floor(["1.0.0+a"], [], V("1.0.0+b")) == V("1.0.0+a")


def test_a_new_build_of_a_withdrawn_version_moves_forward_as_a_new_version_does() -> None:
    events = [withdrawal(V("2.0.0+a"), V("1.0.0"), "w")]
    assert decide(["1.0.0", "2.0.0+a", "1.0.0"], events, V("2.0.0+b")) == Put(V("2.0.0+b"), create=False)


def test_a_withdrawn_version_comes_back_only_by_reinstatement_of_every_withdrawal() -> None:
    history, own = ["1.0.0", "2.0.0", "1.0.0"], V("2.0.0")
    once = withdrawal(own, V("1.0.0"), "first")
    twice = withdrawal(own, V("1.0.0"), "second")
    assert decide(history, [once], own) == Standing(V("1.0.0"))
    assert decide(history, [once, twice, reinstatement(own, ["first"], "r")], own) == Standing(V("1.0.0"))
    assert decide(history, [once, twice, reinstatement(own, ["first", "second"], "r")], own) == Put(own, create=False)
    assert decide(history, [once, reinstatement(V("1.0.0"), ["first"], "r")], own) == Standing(V("1.0.0"))


def test_a_rollback_may_point_at_a_version_that_the_channel_never_named() -> None:
    events = [withdrawal(V("2.0.0"), V("1.5.0"), "w")]
    assert decide(["1.0.0", "2.0.0"], events, None) == Put(V("1.5.0"), create=False)


def test_only_rollbacks_have_targets() -> None:
    deployed = Event(
        name="d", kind=Kind.DEPLOYED, version=V("1.0.0"), channel="latest", by="", at="", target=V("9.0.0")
    )
    assert decide(["1.0.0"], [deployed], None) == Standing(V("1.0.0"))


def test_everything_withdrawn_leaves_an_absent_channel_absent_and_a_present_one_as_it_is() -> None:
    events = [withdrawal(V("1.0.0"), V("1.0.0"), "w")]
    assert decide([], events, V("1.0.0")) == Standing(None)
    assert floor(["1.0.0"], events, None) is None


def test_a_history_cut_at_a_hundred_still_has_its_floor() -> None:
    """Movers put floors only, so what is cut off was never above what stands."""
    order = [V(f"1.{number}.{number % 7}") for number in range(150)]
    Random(7).shuffle(order)
    history = ["0.9.0"] * 100
    for version in [*sorted(order), *order, V("0.1.0")]:
        move = Move(own=version)
        move.saw(history, [])
        if move.pending:
            history = [*history, move.pending.value.text][-100:]
    assert history[-1] == "1.149.2"
    assert len(history) == 100


def test_pre_releases_move_a_channel_only_when_they_are_let() -> None:
    lets: Sequence[tuple[UpdateChannel, str, bool]] = [
        (UpdateChannel.NEWER, "1.0.0", True),
        (UpdateChannel.NEWER, "1.0.0-rc.1", False),
        (UpdateChannel.NEWER, "1.0.0+rc-1", True),
        (UpdateChannel.PRERELEASE, "1.0.0-rc.1", True),
        (UpdateChannel.PRERELEASE, "1.0.0", True),
        (UpdateChannel.NEVER, "1.0.0", False),
        (UpdateChannel.NEVER, "1.0.0-rc.1", False),
    ]
    for update, version, expected in lets:
        assert update.lets(V(version)) is expected


def test_a_move_remembers_what_it_found_first_and_how_often_it_wrote() -> None:
    move = Move(own=V("2.0.0"))
    move.saw([], [])
    assert (move.phase, move.pending) == (Phase.PUT, Put(V("2.0.0"), create=True))
    move.wrote(accepted=False)
    move.saw(["1.0.0"], [])
    assert move.pending == Put(V("2.0.0"), create=False)
    move.wrote(accepted=True)
    move.saw(["1.0.0", "2.0.0"], [])
    assert (move.phase, move.first, move.puts, move.ended) == (Phase.DONE, None, 1, Standing(V("2.0.0")))


def test_a_move_takes_no_step_out_of_turn() -> None:
    move = Move(own=V("2.0.0"))
    with pytest.raises(RuntimeError, match="does not write"):
        move.wrote(accepted=True)
    move.saw(["1.0.0"], [])
    with pytest.raises(RuntimeError, match="does not read"):
        move.saw(["1.0.0"], [])
    move.wrote(accepted=True)
    move.saw(["1.0.0", "2.0.0"], [])
    with pytest.raises(RuntimeError, match="does not read"):
        move.saw([], [])
