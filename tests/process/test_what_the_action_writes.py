"""GitHub's face after the work: outputs that machines can use, and bugs that hide nothing and show no secret."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from report import examples
from waybill import action, compose
from waybill.compose import Ended
from waybill.domain.result import Result
from waybill.errors import ExitCode
from waybill.inputs.verbs import VERBS
from waybill.redaction import Redactor
from waybill.report import summary as summary_module

SECRET = "s3cr3t-of-the-runner"


@dataclass(slots=True)
class Step:
    """One step of a job, whose work ends as it is told to."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch
    log: str = ""

    def run(self, result: Result, **environ: str) -> int:
        """Return the exit code of a step whose work ended with `result`."""
        self.monkeypatch.setattr(compose, "carry", lambda *_, **__: Ended(result=result))
        stdout = io.StringIO()
        files = {name: str(self.folder / name) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for path in files.values():
            Path(path).touch()
        code = action.main(
            ["stage"], {**files, "INPUT_PROJECT": "SugarWater", "GITHUB_TOKEN": SECRET, **environ}, stdout
        )
        self.log = stdout.getvalue()
        return code

    def outputs(self) -> dict[str, str]:
        """Return what the step's file of outputs holds."""
        lines = iter((self.folder / "GITHUB_OUTPUT").read_text().splitlines())
        found = {}
        for line in lines:
            name, _, delimiter = line.partition("<<")
            found[name] = "\n".join(iter(lambda: next(lines), delimiter))
        return found


@pytest.fixture
def step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Step:
    return Step(tmp_path, monkeypatch)


@pytest.mark.parametrize("name", ["SugarWater", "staging/SugarWater", "us-east-1", "artifacts", examples.SHA, "1.2.3"])
def test_an_output_for_machines_is_never_altered(name: str, step: Step) -> None:
    result = replace(examples.partial(), warnings=(f"{name} and {SECRET}",))
    assert step.run(result, POSTGRES_PASSWORD=name, REDIS_PASSWORD="artifacts") == result.exit_code
    found = step.outputs()
    assert (found["version"], found["sha256"], found["size"]) == ("1.2.3", examples.SHA, str(result.size))
    assert found["key"] == examples.KEY
    assert json.loads(found["regions"]) == ["us-east-1", "us-west-2"]
    assert json.loads(found["locations"]) == result.locations()
    document, whole = json.loads(found["result"]), result.to_json()
    for field in ("command", "outcome", "project", "version", "sha256", "size", "key", "exit_code", "changed"):
        assert document[field] == whole[field]
    for region, wanted in zip(document["regions"], whole["regions"], strict=True):
        assert {field: region[field] for field in ("region", "bucket", "key")} == {
            field: wanted[field] for field in ("region", "bucket", "key")
        }


def test_sentences_of_an_output_hold_no_secret(step: Step) -> None:
    error = f"AWS said {SECRET}"
    region = examples.region("us-east-1", error=error, advice=error, note=error)
    step.run(replace(examples.created(), regions=(region,), error=error, advice=error, warnings=(error,), resume=error))
    assert SECRET not in json.dumps(step.outputs())
    assert SECRET not in (step.folder / "GITHUB_STEP_SUMMARY").read_text()


def test_inputs_that_were_refused_are_no_names_yet(step: Step) -> None:
    values: dict[str, Any] = {
        "project": f"has/{SECRET}",
        "version": SECRET,
        "channel": SECRET,
        "key": None,
        "regions": (),
    }
    step.run(replace(examples.refused(), **values))
    assert SECRET not in json.dumps(step.outputs())


@pytest.mark.parametrize("value", ["test", "secret", "hunter2", "a\nshort\nline"])
def test_a_short_password_of_the_environment_blanks_no_word(value: str) -> None:
    text = "a test of a secret, hunter2 in a short line"
    assert Redactor.from_environ({"POSTGRES_PASSWORD": value}).redact(text) == text


def test_a_short_value_that_was_masked_is_still_hidden() -> None:
    redactor = Redactor.from_environ({"POSTGRES_PASSWORD": "test-of-eight"})
    assert redactor.add("hunter2")
    assert redactor.redact("hunter2 test-of-eight") == "*** ***"


def bug(*_: Any, **__: Any) -> Any:
    raise KeyError(f"a bug beside {SECRET}")


@pytest.mark.parametrize(
    ("result", "code"), [(examples.created(), ExitCode.BUG), (examples.partial(), ExitCode.PARTIAL)], ids=["ok", "not"]
)
def test_a_bug_in_the_summary_keeps_the_outputs_and_the_run_s_own_code(
    result: Result, code: ExitCode, step: Step, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(summary_module, "summary", bug)
    assert step.run(result) == code
    assert step.outputs()["outcome"] == result.outcome.value
    assert "Traceback" in step.log
    assert "KeyError: 'a bug beside ***'" in step.log
    assert SECRET not in step.log


def test_a_bug_in_one_output_keeps_the_others_and_the_summary(step: Step, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Result, "locations", bug)
    assert step.run(examples.created()) == ExitCode.BUG
    assert step.outputs().keys() == {output.name for output in VERBS["stage"].outputs} - {"locations"}
    assert (step.folder / "GITHUB_STEP_SUMMARY").read_text()
    assert SECRET not in step.log


def test_a_bug_before_the_work_is_told_without_secrets(step: Step, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("waybill.github.inputs.read_inputs", bug)
    assert step.run(examples.created()) == ExitCode.BUG
    assert "Traceback" in step.log
    assert SECRET not in step.log
