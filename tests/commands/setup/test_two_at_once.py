"""Two who set up at once: neither takes away what the other is about to execute."""

from __future__ import annotations

import pytest

from commands.setup.site import REGISTRY, Site, actions
from waybill.errors import ConflictError, ExitCode


def test_a_plan_leaves_the_stack_that_another_run_reviews(site: Site) -> None:
    """Whoever plans meanwhile ends first: the other's change set hangs on the stack that the first one made."""
    other = Site(world=site.world)
    other.world.on("look-change-set", lambda _: other.plan())
    assert site.apply().exit_code == 0
    assert REGISTRY in site.standing()
    assert site.left() == []


def test_a_plan_that_ends_later_leaves_it_too(site: Site) -> None:
    late = Site(world=site.world)

    def meanwhile(_: object) -> None:
        late.plan()

    site.world.on("discard-stack", meanwhile)
    assert set(actions(site.plan()).values()) == {"create"}
    assert site.apply().exit_code == 0


def test_a_stack_that_somebody_made_meanwhile_is_a_conflict(site: Site) -> None:
    def make(_: object) -> None:
        stack = site.world.cloudformation.find(number(site), REGISTRY.region, REGISTRY.name)
        if stack is None:
            site.world.cloudformation.add(number(site), REGISTRY.region, REGISTRY.name, "CREATE_COMPLETE")

    site.world.on("prepare-stack", make, key=REGISTRY.name)
    with pytest.raises(ConflictError, match="somebody else is setting up") as caught:
        site.plan()
    assert caught.value.exit_code == ExitCode.CONFLICT


def number(site: Site) -> str:
    """Return the number of the registry's account."""
    return site.estate().account(REGISTRY.account).id
