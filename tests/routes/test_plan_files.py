"""A plan as a file: what was written is read again, and nothing else is."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from waybill.commands.promotion.approval import PlanBody
from waybill.domain.promotion import facts_digest
from waybill.domain.result import Outcome, Result
from waybill.errors import ArtifactError, ExitCode, InputError
from waybill.routes.plan_files import forget_plan, plan_fault, read_plan, write_plan

FACTS = {"schema": 1, "version": "1.2.3", "target": {"us-east-1": {"channel_names": None}}, "sha256": "é"}
VALUES = {
    "project": "P",
    "version": "^1",
    "from-channel": "latest",
    "plan": "p",
    "dry-run": "true",
    "role": "r",
    "x": " ",
}


def result(body: PlanBody | None) -> Result:
    return Result(
        command="promote",
        outcome=Outcome.PLANNED,
        changed=False,
        exit_code=ExitCode.OK,
        project="P",
        version="1.2.3",
        sha256=None,
        size=None,
        channel="production",
        caller="arn:aws:sts::2:assumed-role/r/s",
        body=body,
    )


def written(path: Path, facts: dict[str, Any] | None = None) -> dict[str, Any]:
    facts = FACTS if facts is None else facts
    assert write_plan(
        path, result(PlanBody(digest=facts_digest(facts), facts=facts)), VALUES, at="2026-01-31T12:00:00Z"
    )
    document: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return document


def test_what_was_written_is_read_again_with_the_version_that_was_found(tmp_path: Path) -> None:
    written(tmp_path / "plan.json")
    plan = read_plan(tmp_path / "plan.json")
    assert (plan.digest, plan.facts) == (facts_digest(FACTS), FACTS)
    assert plan.inputs == {"project": "P", "version": "1.2.3", "role": "r"}
    assert [path.name for path in tmp_path.iterdir()] == ["plan.json"], "nothing else is left"


def test_where_no_plan_was_made_none_is_written(tmp_path: Path) -> None:
    assert not write_plan(tmp_path / "plan.json", result(None), VALUES, at="now")
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_there_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text("x" * 100_000)
    written(path)
    assert read_plan(path).facts == FACTS


def altered(**changes: Any) -> str:
    document = {"schema": 1, "digest": facts_digest(FACTS), "facts": FACTS, "inputs": {"project": "P"}, "made": {}}
    return json.dumps({name: value for name, value in (document | changes).items() if value is not None})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no plan"),
        ("{", "no plan"),
        ("[]", "not a JSON object"),
        ("[" * 100_000, "nested too deeply"),
        (altered(schema=2), "schema 2"),
        (altered(schema=None), "schema"),
        (altered(digest=None), "digest"),
        (altered(digest="0" * 64), "altered"),
        (altered(digest=7), "not a string"),
        (altered(facts=FACTS | {"version": "1.2.4"}), "altered"),
        (altered(facts=[]), "not an object"),
        (altered(inputs={"project": 7}), "not a string"),
        (altered(inputs={"projct": "P"}), "projct"),
        (altered(inputs={"apply": "again.json"}), "apply"),
        (altered(inputs={"plan-digest": "0" * 64}), "plan-digest"),
    ],
)
def test_what_is_no_plan_is_a_fault_of_apply(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text(text)
    with pytest.raises(InputError, match="is no plan") as caught:
        read_plan(path)
    assert [fault.name for fault in caught.value.faults] == ["apply"]
    assert said in caught.value.what


def test_bytes_that_are_no_text_and_what_is_no_file_are_faults_too(tmp_path: Path) -> None:
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "large").write_bytes(b" " * (10 * 2**20 + 1))
    for name in ("bytes", "large", "missing", "."):
        with pytest.raises(InputError, match="is no plan"):
            read_plan(tmp_path / name)


def test_where_a_plan_cannot_be_written_is_known_before(tmp_path: Path) -> None:
    assert not plan_fault(tmp_path / "plan.json")
    for path in (tmp_path, tmp_path / "no" / "plan.json"):
        (fault,) = plan_fault(path)
        assert fault.name == "plan"


def test_a_disk_that_takes_no_plan_is_told(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="cannot be written"):
        written(tmp_path / "gone" / "plan.json")


def test_where_there_cannot_even_be_anything_to_remove_that_is_told_too(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no directory")
    with pytest.raises(ArtifactError, match="cannot be written"):
        written(tmp_path / "file" / "plan.json")


def test_a_plan_is_its_owners_alone_and_never_goes_through_a_link(tmp_path: Path) -> None:
    """It holds external ids; and whoever may write to the folder must not choose where they go."""
    aim = tmp_path / "aim"
    for name in ("plan.json", f".plan.json.{os.getpid()}"):
        (tmp_path / name).symlink_to(aim)
    written(tmp_path / "plan.json")
    assert not aim.exists()
    assert (tmp_path / "plan.json").lstat().st_mode == 0o100600


def test_a_long_name_is_a_name(tmp_path: Path) -> None:
    written(tmp_path / ("p" * 250))
    assert len(list(tmp_path.iterdir())) == 1


def test_an_earlier_plan_is_gone_before_a_new_one_is_made(tmp_path: Path) -> None:
    written(tmp_path / "plan.json")
    forget_plan(tmp_path / "plan.json")
    assert list(tmp_path.iterdir()) == []
    forget_plan(tmp_path / "plan.json")


@pytest.mark.parametrize("content", ["", "{}", "notes", '{"schema": 1}'])
def test_what_is_no_plan_is_not_removed(content: str, tmp_path: Path) -> None:
    (tmp_path / "notes").write_text(content)
    forget_plan(tmp_path / "notes")
    assert (tmp_path / "notes").read_text() == content
