"""`--delete-data PROJECT`: what a project's stacks left goes for good, and nothing else ever does."""

from __future__ import annotations

import pytest

from commands.setup.site import CLIENT, EVERY, HOME, PIPELINE, REGISTRY, Site, ends
from fakes.aws import DEVELOPMENT
from waybill.domain.result import Result
from waybill.domain.setup.plan import SetupPlan
from waybill.errors import ConflictError, ExitCode, InputError, Unavailable
from waybill.progress import Warned

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
    without.file["projects"]["Brewery"] = {}
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


def test_a_plan_shows_what_is_lost_and_its_digest_approves_that(without: Site) -> None:
    planned = without.plan({"delete-data": "SugarWater"})
    assert lost(planned) == {"AWS::S3::Bucket brewery-media": "planned", "AWS::ECR::Repository sugarwater": "planned"}
    assert planned.plan_digest is not None
    assert without.apply({"plan-digest": planned.plan_digest, "delete-data": "SugarWater"}).exit_code == 0
    assert not {REPOSITORY, bucket("brewery-media")} & there(without)


@pytest.mark.parametrize(
    "tags", [{}, {"waybill:setup": "waybill"}, {"waybill:setup": "x", "waybill:project": "SugarWater"}]
)
def test_what_somebody_made_anew_by_that_name_stays(without: Site, tags: dict[str, str]) -> None:
    without.apply()
    without.world.cloudformation.tags[REPOSITORY] = tags
    result = without.apply(YES)
    assert (result.exit_code, lost(result)) == (0, {"AWS::S3::Bucket brewery-media": "deleted"})
    assert REPOSITORY in there(without)
    assert any("sugarwater" in one.text and "stays" in one.text for one in without.reporter.of(Warned))


def test_what_somebody_made_anew_meanwhile_stays(without: Site) -> None:
    without.apply()
    tags = without.world.cloudformation.tags
    without.world.on("look-leftover", lambda _: tags.update({REPOSITORY: {}}), key="sugarwater", skip=1)
    result = without.apply(YES)
    assert lost(result)["AWS::ECR::Repository sugarwater"] == "failed"
    assert result.exit_code == ExitCode.CONFLICT
    assert REPOSITORY in there(without)


def test_a_longer_name_that_the_file_has_is_no_use_of_it(without: Site) -> None:
    without.file["clients"] = {"other": {"account": "production", "buckets": ["brewery-media-2"]}}
    assert set(lost(without.apply(YES)).values()) == {"deleted"}


def test_a_project_that_there_is_nowhere_is_refused(without: Site) -> None:
    with pytest.raises(InputError, match="SugarWatre"):
        without.apply({"yes": "true", "delete-data": "SugarWatre"})
    assert without.left() == []
    assert {REGISTRY, CLIENT} <= set(without.standing())


def test_a_project_that_went_from_the_file_is_known_by_its_stacks(without: Site) -> None:
    del without.file["pipelines"], without.file["projects"]
    assert set(lost(without.apply(YES)).values()) == {"deleted"}
    assert without.apply(YES).changed is False


def test_a_stack_of_another_with_that_tag_is_none_of_ours(without: Site) -> None:
    without.file["prefixes"] = {"stack": "acme", "bucket": "acme-staging", "policy": "acme-", "role": "acme-"}
    del without.file["pipelines"]
    without.file["projects"]["SugarWater"] = {}
    before = there(without)
    without.apply(YES)
    assert before <= there(without)
    assert {REGISTRY, CLIENT} <= EVERY & set(without.standing())
