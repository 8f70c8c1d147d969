"""`waybill setup WORD` is a verb, `waybill setup` is none: the action's `command` is nothing for a command line."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from waybill import action, cli
from waybill.errors import ExitCode
from waybill.inputs.find import FAMILIES, IN_FAMILIES

every_verb = pytest.mark.parametrize("verb", IN_FAMILIES)


@every_verb
@pytest.mark.parametrize("form", ["{} --help", "help {}", "{} -h"])
def test_each_has_a_help_of_its_own(verb: str, form: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(form.format(verb).split()) == ExitCode.OK
    said = capsys.readouterr().out
    assert said.startswith(f"waybill {verb}: ")
    assert "--command" not in said


@pytest.mark.parametrize("words", ["setup --help", "help setup", "setup", "setup --command plan", "setup plann"])
def test_the_family_alone_says_which_there_are(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    asked = "help" in words
    assert cli.main(words.split()) == (ExitCode.OK if asked else ExitCode.INPUT)
    said = capsys.readouterr()
    for word in FAMILIES["setup"][1]:
        assert f"waybill setup {word}" in (said.out if asked else said.err)
    assert ("Did you mean `waybill setup plan`?" in said.err) is words.endswith("plann")


@pytest.mark.parametrize(("given", "told"), [({}, "is missing"), ({"INPUT_COMMAND": "plann"}, "Did you mean `plan`?")])
def test_the_action_of_a_family_asks_for_its_command(given: dict[str, str], told: str, tmp_path: Path) -> None:
    log, files = io.StringIO(), {"GITHUB_OUTPUT": tmp_path / "output", "GITHUB_STEP_SUMMARY": tmp_path / "summary"}
    for file in files.values():
        file.touch()
    environ = {**given, **{name: str(file) for name, file in files.items()}}
    assert action.main(["setup"], environ, log) == ExitCode.INPUT
    assert log.getvalue().startswith("::error title=Input command::command:")
    assert told in log.getvalue()
    assert "`setup` – failed" in files["GITHUB_STEP_SUMMARY"].read_text()


def test_the_entrypoint_refuses_a_verb_that_there_is_not() -> None:
    log = io.StringIO()
    assert action.main(["setup plann"], {}, log) == ExitCode.INPUT
    assert "names no verb" in log.getvalue()
