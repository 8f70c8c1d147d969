"""The workflows that people copy are workflows, and use inputs and outputs that there are."""

from __future__ import annotations

import re
from typing import Any

import pytest

from agreement.reading import EXAMPLES, ROOT, blocks, load, parse, steps, verb_of

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
SNIPPETS = [block for block in blocks("yaml") if "uses:" in block]

ALL = [
    *(pytest.param(load(path), id=f"{path.parent.name}/{path.name}") for path in (*EXAMPLES, *WORKFLOWS)),
    *(pytest.param({"on": "push", **parse(block)}, id=f"README {number}") for number, block in enumerate(SNIPPETS, 1)),
]


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 3
    assert SNIPPETS


@pytest.mark.parametrize("workflow", ALL)
def test_the_action_is_used_with_inputs_that_there_are(workflow: Any) -> None:
    for _, step in steps(workflow):
        given, verb = step.get("with", {}), verb_of(step)
        assert set(given) <= {item.name for item in verb.inputs}
        missing = {item.name for item in verb.inputs if item.required} - set(given)
        assert not missing or (missing == {"path"} and given.get("resume"))


@pytest.mark.parametrize("workflow", ALL)
def test_a_job_that_asks_for_a_token_has_the_permission(workflow: Any) -> None:
    for job, step in steps(workflow):
        if "oidc-role" in step.get("with", {}):
            permissions = workflow["jobs"][job].get("permissions", workflow.get("permissions", {}))
            assert permissions.get("id-token") == "write"


@pytest.mark.parametrize("workflow", ALL)
def test_outputs_that_are_used_are_outputs_that_there_are(workflow: Any) -> None:
    for job, step in steps(workflow):
        if "id" in step:
            outputs = {output.name for output in verb_of(step).outputs}
            text = str(workflow["jobs"][job])
            used = set(re.findall(rf"steps\.{step['id']}\.outputs\.([\w-]+)", text))
            assert used <= outputs


@pytest.mark.parametrize("workflow", ALL)
def test_a_called_workflow_gets_inputs_that_it_has(workflow: Any) -> None:
    called = load(ROOT / ".github" / "workflows" / "promote.yml")["on"]["workflow_call"]["inputs"]
    for job in workflow["jobs"].values():
        if "promote.yml" in job.get("uses", ""):
            given = set(job["with"])
            assert given <= set(called)
            assert {name for name, item in called.items() if item.get("required")} <= given


@pytest.mark.parametrize("workflow", ALL)
def test_a_release_that_runs_is_never_cancelled(workflow: Any) -> None:
    writes = any("dry-run" not in step.get("with", {}) or step["with"].get("role") for _, step in steps(workflow))
    group = workflow.get("concurrency")
    if group and writes and "pull_request" not in str(group.get("cancel-in-progress")):
        assert group["cancel-in-progress"] is False


def test_both_ways_to_start_a_promotion_ask_for_the_same() -> None:
    starts = load(ROOT / ".github" / "workflows" / "promote.yml")["on"]
    called, by_hand = starts["workflow_call"]["inputs"], starts["workflow_dispatch"]["inputs"]
    assert {"project", "version", "from", "to", "dry-run"} <= set(by_hand) <= set(called)
    for name, item in by_hand.items():
        assert item.get("default") == called[name].get("default"), name
        assert item["description"] == called[name]["description"]


@pytest.mark.parametrize("workflow", ALL)
def test_no_masked_document_goes_from_job_to_job(workflow: Any) -> None:
    for job, step in steps(workflow):
        passed = str(workflow["jobs"][job].get("outputs", {}))
        assert f"steps.{step.get('id')}.outputs.result" not in passed


@pytest.mark.parametrize("workflow", ALL)
def test_a_digest_that_got_lost_between_jobs_approves_nothing(workflow: Any) -> None:
    """An empty `plan-digest` asks for no approval at all, and GitHub drops what holds masked text."""
    for _, step in steps(workflow):
        digest = step.get("with", {}).get("plan-digest", "")
        assert "outputs" not in digest or re.search(r"\|\| '[^']+' }}", digest), digest
