"""What cannot be deployed as it was asked is refused before anything is written, with the reason and the cure."""

from __future__ import annotations

from dataclasses import replace

import pytest

from commands.deployment.stand import PROJECT, Deploys, body_of
from fakes.aws import DEVELOPMENT, FakeAws, bucket_name
from fakes.site import INPUT, SITE, add_site, site_pipeline
from promises.stand import plant_withdrawal
from waybill.domain.deploy.pipeline import ActionDefinition, Mode, PipelineType, Variable
from waybill.domain.result import Outcome
from waybill.errors import ExitCode, InputError, WaybillError
from waybill.progress import Warned


@pytest.fixture
def stand() -> Deploys:
    stand = Deploys()
    stand.stage("1.0.0")
    return stand


def refused(stand: Deploys, *words: str, **given: str) -> None:
    ended = stand.end(**{"version": "1.0.0", **given})
    assert isinstance(ended, InputError), ended
    for word in words:
        assert word in str(ended)
    assert stand.world.writes() == []
    assert stand.pipe.runs == []


def test_an_unknown_pipeline_is_refused(stand: Deploys) -> None:
    refused(stand, "pipeline", "nosuch", "is no pipeline in us-east-1", DEVELOPMENT, pipeline="nosuch")


def test_a_pipeline_of_another_region_is_found_there(stand: Deploys) -> None:
    refused(stand, f"us-east-1:{SITE}", "there is one in us-east-1", pipeline=f"us-west-2:{SITE}")


def test_a_region_that_aws_does_not_have_is_refused(stand: Deploys) -> None:
    refused(stand, "mars-north-1", pipeline=f"mars-north-1:{SITE}")


@pytest.mark.parametrize("name", ["a b", "us-east-1:", ":x", "x" * 101, "us_east:x"])
def test_what_names_no_pipeline_is_refused(stand: Deploys, name: str) -> None:
    refused(stand, "pipeline", pipeline=name)


def test_a_variable_that_is_not_declared_is_refused_and_those_that_are_are_named(stand: Deploys) -> None:
    stand.pipe.definition = replace(
        stand.pipe.definition, variables=(Variable(name="env", default="x"), Variable(name="tag"))
    )
    refused(stand, "nope", "declares env, tag", "tag=VALUE", variables="nope=1")


def test_a_v1_pipeline_takes_no_variables(stand: Deploys) -> None:
    stand.pipe.definition = replace(stand.pipe.definition, type=PipelineType.V1)
    refused(stand, "V1", "env", variables="env=1")


def test_variables_reach_the_execution(stand: Deploys) -> None:
    stand.pipe.definition = replace(stand.pipe.definition, variables=(Variable(name="env"),))
    stand.deploy(version="1.0.0", variables="env=a=b")
    assert stand.pipe.runs[0].variables == {"env": "a=b"}


def source(name: str) -> ActionDefinition:
    return replace(site_pipeline().s3_sources[0], name=name)


def test_a_pipeline_without_an_s3_source_is_refused(stand: Deploys) -> None:
    git = ActionDefinition(stage="Source", name="Git", category="Source", provider="CodeStarSourceConnection")
    actions = (git, *(one for one in stand.pipe.definition.actions if one.category != "Source"))
    stand.pipe.definition = replace(stand.pipe.definition, actions=actions)
    refused(stand, "no S3 source action", "Git (CodeStarSourceConnection)")


def test_a_pipeline_with_two_s3_sources_is_refused(stand: Deploys) -> None:
    stand.pipe.definition = replace(stand.pipe.definition, actions=(source("Other"), *stand.pipe.definition.actions))
    refused(stand, "2 S3 source actions", "Other", "Source")


def test_a_parallel_pipeline_is_refused_with_the_cure(stand: Deploys) -> None:
    stand.pipe.definition = replace(stand.pipe.definition, mode=Mode.PARALLEL)
    refused(stand, "PARALLEL", "cannot be pinned", "QUEUED", "allow-unpinned")


def test_a_parallel_pipeline_starts_unpinned_where_that_is_allowed(stand: Deploys) -> None:
    stand.pipe.definition = replace(stand.pipe.definition, mode=Mode.PARALLEL)
    result = stand.deploy(version="1.0.0", allow_unpinned="true")
    assert result.outcome is Outcome.DEPLOYED
    assert not body_of(result).plan.pinned
    assert any("not pinned" in note for note in body_of(result).plan.notes)


def test_an_unversioned_source_bucket_is_refused_with_the_cure(stand: Deploys) -> None:
    stand.world.buckets[INPUT].versioned = False
    refused(stand, INPUT, "not versioned", "Turn versioning on")


def test_staged_is_refused_where_the_source_reads_another_bucket(stand: Deploys) -> None:
    refused(stand, "source", "staged", INPUT, "upload", source="staged")


def test_a_version_that_is_not_staged_is_refused_with_the_nearest(stand: Deploys) -> None:
    refused(stand, "1.0.1", "1.0.0", version="1.0.1")


def test_a_range_is_no_version_to_deploy(stand: Deploys) -> None:
    refused(stand, "not a range", version="^1.0")


def test_every_fault_is_told_in_one_run(stand: Deploys) -> None:
    ended = stand.end(
        project="a b",
        pipeline="a b",
        timeout="soon",
        on_cancel="maybe",
        variables="x",
        environment_url="nope",
        source="y",
    )
    assert isinstance(ended, InputError)
    names = [fault.name for fault in ended.faults]
    assert set(names) == {"project", "pipeline", "timeout", "on-cancel", "variables", "environment-url", "source"}


def test_what_is_done_at_the_end_needs_somebody_to_wait(stand: Deploys) -> None:
    refused(stand, "on-failure", "wait", wait="false", on_failure="rollback")


def test_nobody_may_start_it(stand: Deploys) -> None:
    stand.world.deny("start")
    ended = stand.end(version="1.0.0")
    assert isinstance(ended, WaybillError)
    assert ended.exit_code is ExitCode.IDENTITY
    assert stand.pipe.runs == []


def test_a_dry_run_shows_the_plan_and_writes_nothing(stand: Deploys) -> None:
    result = stand.deploy(version="1.0.0", dry_run="true")
    assert (result.outcome, result.changed, result.exit_code) == (Outcome.PLANNED, False, ExitCode.OK)
    assert stand.world.writes() == []
    assert stand.pipe.runs == []
    steps = "\n".join(body_of(result).plan.steps)
    assert f"put {PROJECT} 1.0.0" in steps
    assert "Source → Deploy" in steps
    assert "prods3role" in steps


def test_what_else_watches_the_source_is_told(stand: Deploys) -> None:
    stand.pipe.definition = site_pipeline(polls=True)
    stand.pipe.rules = ("on-upload",)
    result = stand.deploy(version="1.0.0", dry_run="true")
    notes = "\n".join(body_of(result).plan.notes)
    assert "polls its source" in notes
    assert "on-upload" in notes


def test_a_rule_that_may_not_be_read_is_told(stand: Deploys) -> None:
    stand.pipe.rules_known = False
    assert any("events:ListRuleNamesByTarget" in note for note in body_of(stand.deploy(dry_run="true")).plan.notes)


def test_a_pipeline_that_reads_the_staging_bucket_gets_the_version_where_it_is(stand: Deploys) -> None:
    world: FakeAws = stand.world
    staging = bucket_name("222222222222", "us-east-1")
    stand.pipe = add_site(world, override=True, bucket=staging)
    result = stand.deploy(version="1.0.0")
    shown = body_of(result)
    assert result.outcome is Outcome.DEPLOYED
    assert shown.plan.way.value == "staged"
    pin = stand.pipe.runs[0].pins["Source"]
    assert (pin.key, pin.version_id) == (f"{PROJECT}@1.0.0", shown.source_version)
    assert not [call for call in world.writes() if call.name == "sample-website.zip"]


def test_a_version_that_was_withdrawn_is_deployed_with_a_warning(stand: Deploys) -> None:
    for region in stand.world.regions:
        plant_withdrawal(stand.world, region, "1.0.0", "0.9.0")
    result = stand.deploy(version="1.0.0")
    assert result.outcome is Outcome.DEPLOYED
    assert any("1.0.0 was withdrawn from latest" in warned.text for warned in stand.reporter.of(Warned))


@pytest.mark.parametrize("source", ["auto", "upload"])
def test_a_stored_version_is_never_overwritten_by_a_deploy(stand: Deploys, source: str) -> None:
    """P2: the pipeline reads the staging bucket, and lets nobody name another key."""
    staging = bucket_name("222222222222", "us-east-1")
    stand.pipe = add_site(stand.world, bucket=staging, key=f"{PROJECT}@0.9.0", account="222222222222")
    before = stand.world.contents(staging)
    role = "arn:aws:iam::222222222222:role/waybill-deploy"
    refused(stand, "never overwritten", "AllowOverrideForS3ObjectKey", source=source, pipeline_role=role)
    assert stand.world.contents(staging) == before


def test_the_pipeline_is_run_in_the_right_account_or_not_at_all(stand: Deploys) -> None:
    """P7: credentials at hand lead wherever they lead."""
    ended = stand.end(version="1.0.0", pipeline_role="", pipeline_account="333333333333")
    assert isinstance(ended, WaybillError)
    assert ended.exit_code is ExitCode.IDENTITY
    assert "333333333333" in str(ended)
    assert stand.world.writes() == []
