"""What the file has no more, wherever it was: found in every region, and gone only after nobody is sent there."""

from __future__ import annotations

import pytest

from commands.setup.site import DEV_WEST, HOME, NUMBERS, PROD_WEST, WEST, Site, actions, ends, ref
from fakes.aws import DEVELOPMENT, REGIONS
from waybill.domain.setup.plan import SetupPlan
from waybill.errors import AccessDenied, ExitCode, IdentityError, Unavailable, WaybillError
from waybill.progress import Warned

AWAY = REGIONS[2]
CONFIGURATION = "/startifact"
REGISTRY = ref("development", AWAY, "registry-sugarwater")


@pytest.fixture
def dropped(applied: Site) -> Site:
    """Return a site whose file has its second region no more."""
    applied.file["regions"] = [HOME]
    return applied


@pytest.fixture
def away() -> Site:
    """Return a site whose registry stood in a region that is none of the file's, and was taken out of the file."""
    site = Site()
    site.file["registries"]["sugarwater"]["region"] = AWAY
    assert site.apply().exit_code == 0
    assert REGISTRY in site.standing()
    del site.file["registries"], site.file["projects"]["SugarWater"]["registries"]
    site.world.calls.forget()
    return site


def test_the_configuration_names_a_region_no_more_before_its_stacks_go(dropped: Site) -> None:
    assert dropped.apply().exit_code == 0
    calls = [one.call for one in dropped.world.writes()]
    assert calls.index("delete-stack") > max(n for n, call in enumerate(calls) if "parameter" in call)
    assert not {DEV_WEST, PROD_WEST} & set(dropped.standing())


def test_no_stack_goes_where_the_configuration_could_not_be_written(dropped: Site) -> None:
    dropped.world.fail(call="put-parameter", error=Unavailable("down"))
    result = dropped.apply()
    assert ends(result)[DEV_WEST] == "not-reached"
    assert {DEV_WEST, PROD_WEST} <= set(dropped.standing())
    assert dropped.apply().exit_code == 0
    assert not {DEV_WEST, PROD_WEST} & set(dropped.standing())


def test_a_stack_that_did_not_go_is_not_forgotten_with_its_region(dropped: Site) -> None:
    dropped.world.fail(call="delete-stack", key=DEV_WEST.name, error=Unavailable("down"))
    assert dropped.apply().exit_code != 0
    assert DEV_WEST in dropped.standing() or PROD_WEST in dropped.standing()
    result = dropped.apply()
    assert result.exit_code == 0
    assert "delete" in actions(result).values()
    assert not {DEV_WEST, PROD_WEST} & set(dropped.standing())


def test_a_stack_of_the_files_is_found_in_a_region_that_is_none_of_the_files(away: Site) -> None:
    assert actions(away.plan())[REGISTRY] == "delete"
    assert ends(away.apply())[REGISTRY] == "deleted"
    assert away.apply().changed is False


def test_its_data_is_found_there_too(away: Site) -> None:
    away.apply()
    repository = (DEVELOPMENT, AWAY, "AWS::ECR::Repository sugarwater")
    assert repository in away.world.cloudformation.there
    result = away.apply({"yes": "true", "delete-data": "SugarWater"})
    assert isinstance(result.body, SetupPlan)
    assert [one.end.value for one in result.body.beside if one.data] == ["deleted"]
    assert repository not in away.world.cloudformation.there


def refused(region: str) -> AccessDenied:
    return AccessDenied(f"refused in {region}", action="cloudformation:DescribeStacks", resource="*")


@pytest.mark.parametrize(
    ("error", "warned"),
    [(IdentityError("AWS does not know these credentials."), False), (refused(AWAY), True), (Unavailable("-"), True)],
)
def test_a_region_that_is_none_of_the_files_may_be_closed(site: Site, error: WaybillError, warned: bool) -> None:
    site.world.fail(call="every-stack", region=AWAY, error=error, times=None)
    assert site.apply().exit_code == 0
    assert any(AWAY in one.text for one in site.reporter.of(Warned)) is warned


def test_a_region_of_the_files_may_not(site: Site) -> None:
    site.world.fail(call="every-stack", region=WEST, error=IdentityError("not enabled"), times=None)
    with pytest.raises(IdentityError) as caught:
        site.apply()
    assert caught.value.exit_code == ExitCode.IDENTITY
    assert not site.world.writes()
    assert len(NUMBERS) == 2
