"""`access explain` answers, by files alone, and ends with 0 whatever the answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from waybill.cli import main
from waybill.domain.iam.explained import Explained
from waybill.report.explain_text import as_markdown, as_text, needs_attention
from waybill.report.ink import Ink

BOB = "arn:aws:iam::222222222222:user/bob"
UI = "arn:aws:codeartifact:us-east-1:111111111111:package/my_domain/my_repo/npm/parity/ui"
PUBLISH = "codeartifact:PublishPackageVersion"
QUESTION = ["access", "explain", "--offline", "--principal", BOB, "--action", PUBLISH, "--resource", UI]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the policies of both sides, in an environment without any account."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    write(tmp_path, "bob", {"Sid": "Publishes", "Effect": "Allow", "Action": "codeartifact:*", "Resource": "*"})
    write(tmp_path, "repository", granted(BOB))
    return tmp_path


def write(folder: Path, name: str, *statements: Any) -> None:
    text = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    (folder / f"{name}.json").write_text(text)


def granted(who: str, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": {"AWS": who}, "Action": PUBLISH, "Resource": UI, **more}


def answer(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> Any:
    assert main([*QUESTION, *words, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def other(capsys: pytest.CaptureFixture[str], action: str, resource: str = UI, *, code: int = 0) -> Any:
    """Ask another question."""
    asked = ["access", "explain", "--offline", "--principal", BOB, "--action", action, "--resource", resource]
    assert main([*asked, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def test_it_is_allowed_where_both_sides_allow(capsys: pytest.CaptureFixture[str]) -> None:
    said = answer(capsys, "--identity-policy", "bob.json", "--resource-policy", "repository.json")
    assert said["allowed"] is True
    assert (said["outcome"], said["changed"], said["exit_code"]) == ("already", False, 0)
    assert "statement 1 (Publishes) of the identity policy bob.json" in said["because"]
    assert [(one["policy"], one["account"]) for one in said["deciding"]] == [
        ("identity policy", "222222222222"),
        ("repository policy", "111111111111"),
    ]


def test_what_lacks_is_said_with_the_statement_and_where_it_belongs(capsys: pytest.CaptureFixture[str]) -> None:
    said = answer(capsys, "--identity-policy", "bob.json")
    assert said["allowed"] is False
    (missing,) = said["missing"]
    assert (missing["policy"], missing["account"]) == ("repository policy", "111111111111")
    assert missing["of"].endswith(":repository/my_domain/my_repo")
    assert missing["statement"] == granted(BOB)


def test_an_answer_that_hangs_on_something_unknown_is_neither(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    condition = {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}
    write(folder, "repository", granted(BOB, Condition=condition))
    given = ["--identity-policy", "bob.json", "--resource-policy", "repository.json"]
    said = answer(capsys, *given)
    assert said["allowed"] is None
    assert said["depends_on"] == [{"key": "aws:PrincipalOrgID", "operator": "StringEquals", "wanted": ["o-1"]}]
    assert answer(capsys, *given, "--context", "aws:PrincipalOrgID=o-1")["allowed"] is True
    other = answer(capsys, *given, "--context", "aws:PrincipalOrgID=o-2")
    assert other["allowed"] is False
    (near,) = other["near"]
    assert near["but"] == "asks StringEquals aws:PrincipalOrgID o-1, and the request has o-2"


def test_the_time_is_the_clocks(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    for year, allowed in (("2020", True), ("2999", False)):
        write(folder, "repository", granted(BOB, Condition={"DateGreaterThan": {"aws:CurrentTime": year}}))
        said = answer(capsys, "--identity-policy", "bob.json", "--resource-policy", "repository.json")
        assert said["allowed"] is allowed
        assert any("aws:CurrentTime" in each for each in said["assumed"])


def test_a_person_reads_what_each_policy_says(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    write(folder, "repository", granted(BOB), {**granted(BOB), "Effect": "Deny", "Sid": "Stop"})
    assert main([*QUESTION, "--identity-policy", "bob.json", "--resource-policy", "repository.json"]) == 0
    shown = capsys.readouterr().out
    assert "Denied by statement 2 (Stop) of the repository policy repository.json (account 111111111111)" in shown
    assert any(
        line.split()[:5] == ["identity", "policy", "bob.json", "222222222222", "allows"] for line in shown.splitlines()
    )
    assert any("denies" in line and "2 (Stop)" in line for line in shown.splitlines())


def test_what_lacks_is_shown_as_json_that_can_be_copied(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*QUESTION, "--resource-policy", "repository.json"]) == 0
    shown = capsys.readouterr().out
    assert json.loads(shown[shown.index("{") : shown.rindex("}") + 1]) == {
        "Effect": "Allow",
        "Action": PUBLISH,
        "Resource": UI,
    }


def test_inputs_that_are_wrong_end_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    said = answer(capsys, "--identity-policy", "nowhere.json", "--scp", "bob.json,repository.json", code=2)
    assert "identity-policy: 'nowhere.json': cannot be read" in said["error"]
    assert "scp: 'repository.json'" in said["error"]


def test_a_summary_has_the_same(folder: Path) -> None:
    from domain.iam.asking import allow, ask
    from waybill.domain.iam.context import Context
    from waybill.domain.iam.question import Question
    from waybill.domain.iam.requests import request_of

    nasty = ask(BOB, PUBLISH, UI, identity=[{**allow("s3:*"), "Sid": "`|<b>"}])
    body = Explained(question=Question(request=request_of(BOB, Context({})), action=PUBLISH, resource=UI), answer=nasty)
    lines = "\n".join(as_markdown(body))
    assert "```json" in lines
    assert "<b>" not in lines
    assert needs_attention(None, body)  # type: ignore[arg-type]
    assert "Missing in the identity policy" in as_text(body, Ink())


def test_a_typing_error_in_an_action_is_said_in_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    said = other(capsys, "codeartifact:PublishPackagVersion")
    assert "did you mean codeartifact:PublishPackageVersion?" in said["because"]


def test_a_resource_of_another_service_ends_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    said = other(capsys, "s3:PutObject", code=2)
    assert "is of codeartifact, and s3:PutObject is asked on resources of s3." in said["error"]


def test_what_nobody_gives_is_taken_for_granted_and_said(capsys: pytest.CaptureFixture[str]) -> None:
    given = ("--identity-policy", "bob.json", "--resource-policy", "repository.json")
    said = " ".join(answer(capsys, *given)["assumed"])
    assert "SCP, RCP" in said
    assert "no permissions boundary" in said
    assert "boundary" not in " ".join(answer(capsys, *given, "--boundary", "bob.json")["assumed"])


def test_offline_the_key_of_a_bucket_is_taken_for_granted(capsys: pytest.CaptureFixture[str]) -> None:
    said = other(capsys, "s3:GetObject", "arn:aws:s3:::acme/x")
    assert any("allows kms:Decrypt: it is not asked" in one for one in said["assumed"])
