"""The workflows that people copy are workflows, and use inputs and outputs that there are."""

from __future__ import annotations

import re
from typing import Any

import pytest

from agreement.reading import EXAMPLES, ROOT, blocks, load, parse, steps
from waybill.inputs.tables.stage import STAGE

INPUTS = {item.name: item for item in STAGE.inputs}
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
        given = step.get("with", {})
        assert set(given) <= set(INPUTS)
        missing = {item.name for item in STAGE.inputs if item.required} - set(given)
        assert not missing or (missing == {"path"} and given.get("resume"))


@pytest.mark.parametrize("workflow", ALL)
def test_a_job_that_asks_for_a_token_has_the_permission(workflow: Any) -> None:
    for job, step in steps(workflow):
        if "oidc-role" in step.get("with", {}):
            permissions = workflow["jobs"][job].get("permissions", workflow.get("permissions", {}))
            assert permissions.get("id-token") == "write"


@pytest.mark.parametrize("workflow", ALL)
def test_outputs_that_are_used_are_outputs_that_there_are(workflow: Any) -> None:
    outputs = {output.name for output in STAGE.outputs}
    for job, step in steps(workflow):
        if "id" in step:
            text = str(workflow["jobs"][job])
            used = set(re.findall(rf"steps\.{step['id']}\.outputs\.([\w-]+)", text))
            assert used <= outputs


@pytest.mark.parametrize("workflow", ALL)
def test_no_masked_document_goes_from_job_to_job(workflow: Any) -> None:
    for job, step in steps(workflow):
        passed = str(workflow["jobs"][job].get("outputs", {}))
        assert f"steps.{step.get('id')}.outputs.result" not in passed
