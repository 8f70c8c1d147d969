"""Every action.yml, and README, say what the tables say, and the tables say what the code does."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from agreement.reading import PAGES, ROOT, blocks, documents, load, pages
from waybill.action import outputs
from waybill.domain.access.calls import EXPLAIN_CALLS
from waybill.domain.access.narrowing import published_explain_policy
from waybill.domain.calls import DEPLOY_CALLS, PIPELINE_CALLS, PROMOTE_CALLS, SOURCE_CALLS, STAGE_CALLS, Call, On
from waybill.domain.deploy.policy import published_pipeline_policy
from waybill.domain.policy import (
    published_deploy_policy,
    published_promote_policy,
    published_read_policy,
    published_stage_policy,
)
from waybill.domain.result import Outcome, Result
from waybill.errors import ExitCode
from waybill.inputs.find import FAMILIES, IN_FAMILIES
from waybill.inputs.spec import Kind, Verb
from waybill.inputs.verbs import ACTIONS, VERBS
from waybill.redaction import Redactor
from waybill.routes import run_of

actions = pytest.mark.parametrize("verb", ACTIONS.values(), ids=ACTIONS)


def test_every_action_yml_and_readme_are_what_is_made_of_the_tables() -> None:
    written = documents().documents()
    stale = [str(path) for path, text in written.items() if not path.exists() or path.read_text("utf-8") != text]
    assert not stale


@actions
def test_every_action_has_every_input_as_the_table_has_it(verb: Verb) -> None:
    inputs = load(documents().action_path(verb))["inputs"]
    assert list(inputs) == [item.name for item in verb.inputs]
    for item in verb.inputs:
        said = inputs[item.name]
        assert said.get("default", "") == item.default, item.name
        assert isinstance(said.get("default", ""), str), f"{item.name}: GitHub hands over texts"
        # `resume` does without a path, which the runner cannot know.
        assert said["required"] is (item.required and item.name not in verb.needless)
        assert item.help in said["description"]


def test_resume_does_without_a_path() -> None:
    assert VERBS["stage"].needless == {"path"}


@actions
def test_the_outputs_of_an_action_are_those_that_are_written(verb: Verb) -> None:
    said = load(documents().action_path(verb))["outputs"]
    result = Result(
        command=verb.name,
        outcome=Outcome.FAILED,
        changed=False,
        exit_code=ExitCode.BUG,
        project="P",
        version="1.0.0",
        sha256=None,
        size=None,
        channel=None,
    )
    assert list(said) == [output.name for output in verb.outputs]
    assert set(said) <= outputs(result, Redactor()).keys()


@actions
def test_an_action_runs_the_verb_that_the_entrypoint_knows(verb: Verb) -> None:
    path = documents().action_path(verb)
    runs = load(path)["runs"]
    assert (runs["using"], runs["args"]) == ("docker", [verb.name])
    assert (path.parent / runs["image"]).resolve() == ROOT / "Dockerfile"
    assert (ROOT / "Dockerfile").exists()
    assert callable(run_of(verb.name))


def test_no_action_is_left_of_a_verb_that_is_gone() -> None:
    there = {path.parent.name for path in ROOT.glob("actions/*/action.yml")}
    assert there == ACTIONS.keys() - {"stage"}


@pytest.mark.parametrize("verb", [*VERBS.values(), ACTIONS["setup"]], ids=[*VERBS, "setup"])
def test_flags_are_off_or_on_by_default_and_nothing_else(verb: Verb) -> None:
    assert {item.default for item in verb.inputs if item.kind is Kind.FLAG} <= {"true", "false"}


@pytest.mark.parametrize("verb", ["stage", "promote", "rollback", "deploy"])
def test_a_page_has_the_inputs_and_outputs_of_a_verb(verb: str) -> None:
    readme = pages()
    prefix = "" if verb == "stage" else f"{verb}-"
    for what in ("inputs", "outputs"):
        assert f"<!-- {prefix}{what}:start -->\n| " in readme


@pytest.mark.parametrize("verb", IN_FAMILIES)
def test_a_page_has_the_inputs_of_a_verb_of_two_words(verb: str) -> None:
    name = verb.replace(" ", "-")
    lacking = f"`{verb}` has no table: docs/setup-action.md needs a section with the markers {name}-own-inputs"
    assert re.search(rf"<!-- {name}(-own)?-inputs:start -->\n\S", pages()), lacking


@pytest.mark.parametrize("family", FAMILIES)
def test_a_page_has_the_outputs_of_the_action_of_a_family(family: str) -> None:
    assert f"<!-- {family}-outputs:start -->\n| " in pages()


PUBLISHED = [
    pytest.param(published_stage_policy(), STAGE_CALLS, id="stage"),
    pytest.param(published_promote_policy(), PROMOTE_CALLS, id="promote"),
    pytest.param(published_read_policy(), SOURCE_CALLS, id="read"),
    pytest.param(published_deploy_policy(), DEPLOY_CALLS, id="deploy"),
    pytest.param(published_pipeline_policy(), PIPELINE_CALLS, id="pipeline"),
    pytest.param(published_explain_policy(), EXPLAIN_CALLS, id="explain"),
]


@pytest.mark.parametrize(("policy", "calls"), PUBLISHED)
def test_a_published_policy_has_the_actions_of_the_calls_and_no_other(
    policy: dict[str, Any], calls: Sequence[Call]
) -> None:
    assert policy in [json.loads(block) for block in blocks("json")]
    allowed = set()
    for statement in policy["Statement"]:
        assert statement["Effect"] == "Allow"
        actions = statement["Action"]
        allowed |= {actions} if isinstance(actions, str) else set(actions)
    assert allowed == {call.action for call in calls}
    assert not [action for action in allowed if "*" in action]


@pytest.mark.parametrize("calls", [STAGE_CALLS, PROMOTE_CALLS, DEPLOY_CALLS, PIPELINE_CALLS])
def test_every_call_and_its_reason_is_told(calls: Sequence[Call]) -> None:
    readme = pages()
    for call in calls:
        assert f"| `{call.action}` | {call.on.value} | {call.why} |" in readme


def test_the_trust_policy_of_a_promotion_carries_both_jobs_in_both_forms() -> None:
    said = [block for block in blocks("json") if "environment:production" in block]
    (claims,) = [re.findall(r"repo:\S+?(?=\")", block) for block in said]
    forms = {(claim.split(":")[2], "@" in claim) for claim in claims}
    assert forms == {("ref", False), ("environment", False), ("ref", True), ("environment", True)}


@pytest.mark.parametrize("block", blocks("json"))
def test_every_json_in_readme_is_json(block: str) -> None:
    json.loads(block)


def test_what_the_role_of_promote_lacks_for_a_deploy_is_what_the_page_says() -> None:
    allowed = {(call.action, call.on) for call in PROMOTE_CALLS}
    # What may write a version may write its events.
    allowed.add(("s3:PutObject", On.RECORDS))
    lacks = {(call.action, call.on) for call in DEPLOY_CALLS} - allowed
    assert lacks == {
        ("ssm:GetParameter", On.CHANNEL),
        ("s3:ListBucket", On.OUTPUT_BUCKET),
        ("s3:GetObject", On.OUTPUT),
        ("cloudfront:CreateInvalidation", On.DISTRIBUTION),
        ("cloudfront:GetInvalidation", On.DISTRIBUTION),
    }


LINKING = (*PAGES, *(ROOT / name for name in ("CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")))


@pytest.mark.parametrize("path", LINKING, ids=lambda path: path.name)
def test_every_link_into_the_repository_leads_somewhere(path: Path) -> None:
    links = re.findall(r"\]\((?!https?://|#)([^)#\s]+)", path.read_text(encoding="utf-8"))
    gone = [link for link in links if not Path(path.parent, link).exists()]
    assert not gone
