"""A stack is followed to its end, in whatever order its events come, and not for ever."""

from __future__ import annotations

import pytest

from commands.setup.site import REGISTRY, Site, ends, plans
from fakes.stack_state import StackState
from waybill.domain.setup.telling import ResourceTold
from waybill.errors import ExitCode, TimedOut
from waybill.ports.stacks import StackEvent


def registry(site: Site) -> StackState:
    return next(one for one in site.world.cloudformation.stacks if one.name == REGISTRY.name)


def test_events_of_one_moment_may_come_in_any_order(site: Site) -> None:
    """The stack's own end is told before one of its beginnings."""

    def mix(_: object) -> None:
        events = registry(site).events
        if events[-1].status == "CREATE_COMPLETE" and events[-1].resource == REGISTRY.name:
            begun = next(one for one in events if (one.resource, one.status) == (REGISTRY.name, "CREATE_IN_PROGRESS"))
            events.remove(begun)
            events.append(begun)

    site.world.on("stack-events", mix, key=REGISTRY.name, times=None)
    assert ends(site.apply())[REGISTRY] == "created"


def test_an_event_that_comes_late_before_others_is_told_all_the_same(site: Site) -> None:
    late = StackEvent(id="late", resource="Late", type="AWS::SSM::Parameter", status="CREATE_COMPLETE")

    def slip(_: object) -> None:
        events = registry(site).events
        if len(events) > 3 and late not in events:
            events.insert(len(events) - 1, late)

    site.world.on("stack-events", slip, key=REGISTRY.name, times=None)
    assert site.apply().exit_code == 0
    assert [one.resource for one in site.reporter.of(ResourceTold)].count("Late") == 1


def test_a_stack_that_never_ends_is_not_followed_for_ever(site: Site) -> None:
    site.world.cloudformation.hold(REGISTRY.name)
    result = site.apply()
    assert (ends(result)[REGISTRY], result.exit_code) == ("failed", ExitCode.TIMED_OUT)
    assert "goes on with it by itself" in (plans(result)[REGISTRY].advice or "")


def test_what_an_earlier_run_began_is_not_waited_for_for_ever(applied: Site) -> None:
    stack = applied.stack(REGISTRY)
    assert stack.target is not None
    applied.world.cloudformation.begin_update(stack, stack.target)
    while not stack.busy:
        applied.world.cloudformation.advance(stack)
    applied.world.cloudformation.hold(REGISTRY.name)
    with pytest.raises(TimedOut, match="registry-sugarwater was still being changed"):
        applied.plan()


def test_a_stacks_whole_history_is_not_read_for_where_it_stands(applied: Site) -> None:
    applied.file["registries"]["sugarwater"]["days-kept"] = 9
    assert applied.apply().exit_code == 0
    assert applied.called("stack-newest") == [applied.stack(REGISTRY).id]
