"""`--delete-data PROJECT`: what a project's stacks left goes for good, and nothing else ever does."""

from __future__ import annotations

import pytest

from commands.setup.site import CLIENT, EVERY, HOME, PIPELINE, REGISTRY, Site, ends
from fakes.aws import DEVELOPMENT
from waybill.domain.result import Result
from waybill.domain.setup.plan import SetupPlan
from waybill.errors import ConflictError, ExitCode, Unavailable

YES = {"yes": "true", "delete-data": "SugarWater"}
REPOSITORY = (DEVELOPMENT, HOME, "AWS::ECR::Repository sugarwater")


def bucket(name: str) -> tuple[str, str, str]:
    return ("", "", f"AWS::S3::Bucket {name}")


def lost(result: Result) -> dict[str, str]:
    """Return what goes for good, and its end."""
    assert isinstance(result.body, SetupPlan)
    return {one.what: one.end.value for one in result.body.beside if one.data}


def there(site: Site) -> set[tuple[str, str, str]]:
    return set(site.world.cloudformation.there)


@pytest.fixture
def without(applied: Site) -> Site:
    """Return a site whose file has no registry and no client any more."""
    del applied.file["registries"], applied.file["clients"]
    applied.file["projects"]["SugarWater"] = {"pipelines": ["site"]}
    return applied


def test_it_goes_with_the_stacks_after_all_else(without: Site) -> None:
    result = without.apply(YES)
    assert result.exit_code == 0
    assert lost(result) == {"AWS::S3::Bucket brewery-media": "deleted", "AWS::ECR::Repository sugarwater": "deleted"}
    assert not {REPOSITORY, bucket("brewery-media")} & there(without)
    calls = [one.call for one in without.world.writes()]
    assert min(n for n, call in enumerate(calls) if call == "delete-leftover") > max(
        n for n, call in enumerate(calls) if call in {"delete-stack", "execute-stack"}
    )
    assert without.apply(YES).changed is False


def test_it_goes_later_too_where_the_stacks_went_before(without: Site) -> None:
    without.apply()
    assert {REPOSITORY, bucket("brewery-media")} <= there(without)
    assert set(lost(without.apply(YES)).values()) == {"deleted"}
    assert not {REPOSITORY, bucket("brewery-media")} & there(without)
    assert without.apply(YES).changed is False


def test_without_it_nothing_that_holds_data_goes(without: Site) -> None:
    before = {one for one in there(without) if "S3::Bucket " in one[2] or "Repository" in one[2] or "Key" in one[2]}
    without.apply()
    assert before <= there(without)


def test_what_the_file_still_has_stays_whatever_is_asked_for(applied: Site) -> None:
    before = there(applied)
    result = applied.apply(YES)
    assert (result.changed, lost(result)) == (False, {})
    assert there(applied) == before


def test_another_projects_data_stays(without: Site) -> None:
    without.apply({"yes": "true", "delete-data": "Brewery"})
    assert {REPOSITORY, bucket("brewery-media")} <= there(without)


def test_what_is_asked_for_once_more_is_not_lost(without: Site) -> None:
    """A bucket that another part of the file names by now is used there."""
    without.apply()
    without.file["clients"] = {"other": {"account": "production", "buckets": ["brewery-media"]}}
    with pytest.raises(ConflictError, match="brewery-media"):
        without.apply(YES)
    assert bucket("brewery-media") in there(without)
    assert without.left() == []


def test_where_a_stack_fails_nothing_is_lost(without: Site) -> None:
    without.file["pipelines"]["site"]["mode"] = "SUPERSEDED"
    without.world.cloudformation.fail(PIPELINE.name, "Pipeline", "not now")
    result = without.apply(YES)
    assert set(lost(result).values()) == {"not-reached"}
    assert {REPOSITORY, bucket("brewery-media")} <= there(without)
    assert ends(result)[CLIENT] == "not-reached"


def test_one_that_cannot_be_deleted_stops_the_rest_and_the_next_run_goes_on(without: Site) -> None:
    without.world.fail(call="delete-leftover", key="brewery-media", error=Unavailable("down"))
    result = without.apply(YES)
    assert lost(result)["AWS::S3::Bucket brewery-media"] == "failed"
    assert lost(result)["AWS::ECR::Repository sugarwater"] == "not-reached"
    assert result.exit_code == ExitCode.UNAVAILABLE
    again = without.apply(YES)
    assert (again.exit_code, set(lost(again).values())) == (0, {"deleted"})
    assert not {REPOSITORY, bucket("brewery-media")} & there(without)


def test_the_approved_digest_is_that_of_what_is_lost_too(without: Site) -> None:
    digest = without.plan().plan_digest
    assert digest is not None
    with pytest.raises(ConflictError):
        without.apply({"plan-digest": digest, "delete-data": "SugarWater"})
    assert {REPOSITORY, bucket("brewery-media")} <= there(without)


def test_a_stack_of_another_with_that_tag_is_none_of_ours(without: Site) -> None:
    without.file["prefixes"] = {"stack": "acme", "bucket": "acme-staging", "policy": "acme-", "role": "acme-"}
    del without.file["pipelines"]
    without.file["projects"]["SugarWater"] = {}
    before = there(without)
    without.apply(YES)
    assert before <= there(without)
    assert {REGISTRY, CLIENT} <= EVERY & set(without.standing())
