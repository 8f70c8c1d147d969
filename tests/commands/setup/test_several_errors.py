"""Where several things are wrong all are told, each as what it is."""

from __future__ import annotations

import pytest

from commands.setup.site import CLIENT, HOME, REGISTRY, WEST, Site
from waybill.errors import ConflictError, Fault, IdentityError, InputError, Unavailable, WaybillError


def test_every_stack_that_cannot_be_planned_is_told(site: Site) -> None:
    site.world.fail(call="prepare-stack", key=REGISTRY.name, error=ConflictError("the registry is odd"))
    site.world.fail(call="prepare-stack", key=CLIENT.name, error=ConflictError("the client is odd"))
    with pytest.raises(ConflictError, match=r"(?s)(registry is odd.*client is odd|client is odd.*registry is odd)"):
        site.plan()
    assert site.left() == []


def test_every_region_that_cannot_be_looked_into_is_told(site: Site) -> None:
    for region in (HOME, WEST):
        site.world.fail(call="every-stack", region=region, error=IdentityError(f"closed: {region}"), times=None)
    with pytest.raises(IdentityError, match=f"closed: {HOME}\nclosed: {WEST}"):
        site.plan()


@pytest.mark.parametrize(
    "error",
    [
        InputError([Fault("x", "", "is odd.")]),
        ConflictError("is odd."),
        IdentityError("is odd."),
        Unavailable("is odd."),
    ],
)
def test_why_the_configuration_cannot_be_read_keeps_its_kind(site: Site, error: WaybillError) -> None:
    site.world.fail(call="get-parameter", error=error, times=None)
    with pytest.raises(type(error), match="is odd") as caught:
        site.plan()
    assert caught.value.exit_code == error.exit_code


def test_where_all_was_rolled_back_nothing_changed(applied: Site) -> None:
    applied.file["registries"]["sugarwater"]["days-kept"] = 9
    applied.world.cloudformation.fail(REGISTRY.name, "Repository", "no such policy")
    result = applied.apply()
    assert (result.outcome, result.changed) == ("failed", False)


def test_where_one_of_two_was_rolled_back_something_changed(applied: Site) -> None:
    applied.file["registries"]["sugarwater"]["days-kept"] = 9
    applied.file["pipelines"]["site"]["output"]["folder"] = "site"
    applied.world.cloudformation.fail(REGISTRY.name, "Repository", "no such policy")
    result = applied.apply()
    assert (result.outcome, result.changed) == ("partial", True)


def test_every_cause_of_change_sets_that_failed_is_told(site: Site) -> None:
    site.world.cloudformation.refuse(REGISTRY.name, "Repository", "sugarwater exists already")
    site.world.cloudformation.refuse(CLIENT.name, "MediaBucket", "brewery-media exists already")
    with pytest.raises(ConflictError) as caught:
        site.plan()
    assert "sugarwater exists already" in caught.value.what
    assert "brewery-media exists already" in caught.value.what
    assert site.left() == []


def test_where_nobody_may_ask_for_the_causes_the_change_set_says_what_it_can(site: Site) -> None:
    site.world.cloudformation.refuse(REGISTRY.name, "Repository", "sugarwater exists already")
    site.world.deny("stack-causes")
    with pytest.raises(ConflictError, match="DescribeEvents"):
        site.plan()
