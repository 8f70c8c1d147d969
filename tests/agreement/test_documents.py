"""action.yml and README say what the tables say, and the tables say what the code does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agreement.reading import README, ROOT, blocks, documents, load
from waybill.action import outputs
from waybill.domain.calls import STAGE_CALLS
from waybill.domain.policy import published_stage_policy
from waybill.domain.result import Outcome, Result
from waybill.errors import ExitCode
from waybill.inputs.spec import Kind
from waybill.inputs.tables.stage import STAGE
from waybill.inputs.verbs import VERBS
from waybill.redaction import Redactor


def test_action_yml_and_readme_are_what_is_made_of_the_tables() -> None:
    stale = [path.name for path, text in documents().documents().items() if path.read_text("utf-8") != text]
    assert not stale


def test_action_yml_has_every_input_as_the_table_has_it() -> None:
    inputs = load(ROOT / "action.yml")["inputs"]
    assert list(inputs) == [item.name for item in STAGE.inputs]
    for item in STAGE.inputs:
        said = inputs[item.name]
        assert said.get("default", "") == item.default, item.name
        assert isinstance(said.get("default", ""), str), f"{item.name}: GitHub hands over texts"
        # `resume` does without a path, which the runner cannot know.
        assert said["required"] is (item.required and item.name != "path")
        assert item.help in said["description"]


def test_the_outputs_of_action_yml_are_those_that_are_written() -> None:
    said = load(ROOT / "action.yml")["outputs"]
    result = Result(
        command="stage",
        outcome=Outcome.FAILED,
        changed=False,
        exit_code=ExitCode.BUG,
        project="P",
        version="1.0.0",
        sha256=None,
        size=None,
        channel=None,
    )
    assert list(said) == [output.name for output in STAGE.outputs]
    for verb in VERBS.values():
        assert {output.name for output in verb.outputs} <= outputs(result, Redactor()).keys()


def test_action_yml_runs_the_verb_that_the_entrypoint_knows() -> None:
    runs = load(ROOT / "action.yml")["runs"]
    assert runs == {"using": "docker", "image": "Dockerfile", "args": ["stage"]}
    assert (ROOT / "Dockerfile").exists()


def test_flags_are_off_or_on_by_default_and_nothing_else() -> None:
    assert {item.default for item in STAGE.inputs if item.kind is Kind.FLAG} <= {"true", "false"}


def test_the_published_policy_has_the_actions_of_the_calls_and_no_other() -> None:
    published = next(json.loads(block) for block in blocks("json") if '"Sid": "Version"' in block)
    assert published == published_stage_policy()
    allowed = set()
    for statement in published["Statement"]:
        assert statement["Effect"] == "Allow"
        actions = statement["Action"]
        allowed |= {actions} if isinstance(actions, str) else set(actions)
    assert allowed == {call.action for call in STAGE_CALLS}
    assert not [action for action in allowed if "*" in action]


def test_every_call_and_its_reason_is_in_readme() -> None:
    readme = README.read_text(encoding="utf-8")
    for call in STAGE_CALLS:
        assert f"| `{call.action}` | {call.on.value} | {call.why} |" in readme


@pytest.mark.parametrize("block", blocks("json"))
def test_every_json_in_readme_is_json(block: str) -> None:
    json.loads(block)


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "docs/container.md"])
def test_every_link_into_the_repository_leads_somewhere(name: str) -> None:
    import re

    path = ROOT / name
    links = re.findall(r"\]\((?!https?://|#)([^)#\s]+)", path.read_text(encoding="utf-8"))
    gone = [link for link in links if not Path(path.parent, link).exists()]
    assert not gone
