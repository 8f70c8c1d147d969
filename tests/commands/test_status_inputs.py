"""The inputs of status: one place an account, all faults at once, and the page written whole or not at all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from inputs.given import around
from report import statuses
from waybill.compose import Face
from waybill.domain.result import Outcome, Result
from waybill.domain.waybill import Origin
from waybill.errors import ExitCode, InputError
from waybill.inputs.options import read_words, usage
from waybill.inputs.status import read
from waybill.inputs.tables.status import STATUS
from waybill.routes.status import write_page

ROLE = "arn:aws:iam::222222222222:role/waybill-stage"
OTHER = "arn:aws:iam::333333333333:role/waybill-stage"


AROUND = around(origin=Origin(run_id="42", actor="ada"))


def faults(**values: str) -> dict[str, list[str]]:
    """Return the faults of inputs, by their names: the values at fault."""
    given = {name.replace("_", "-"): value for name, value in values.items()}
    with pytest.raises(InputError) as caught:
        read(given, AROUND)
    found: dict[str, list[str]] = {}
    for fault in caught.value.faults:
        found.setdefault(fault.name, []).append(fault.value)
    return found


def test_without_a_role_the_credentials_at_hand_are_the_one_account() -> None:
    request, page = read({}, AROUND)
    assert (request.projects, len(request.places), page) == ((), 1, None)
    assert request.places[0].identity.role is None


def test_each_role_is_an_account_and_ambient_is_one_too() -> None:
    values = {"role": f"ambient\n{ROLE}\n{OTHER}\n{ROLE}", "role-external-id": "acme-releases"}
    request, _ = read(values, AROUND)
    found = [(one.identity.role.text if one.identity.role else None) for one in request.places]
    assert found == [None, ROLE, OTHER]
    assert [one.identity.role_external_id for one in request.places] == [None, "acme-releases", "acme-releases"]
    assert [one.identity.account for one in request.places] == [None, "222222222222", "333333333333"]


def test_projects_come_without_their_name_and_several_at_once() -> None:
    words = read_words(STATUS, ["SugarWater", "web", "--role", ROLE, "--check"])
    assert not words.faults
    request, _ = read(words.values, AROUND)
    assert request.projects == ("SugarWater", "web")
    assert request.check
    assert "waybill status [PROJECT ...]" in usage(STATUS)


def test_p10_every_fault_is_told_at_once_by_its_name(tmp_path: Path) -> None:
    found = faults(
        project="a/b\nfine\n..",
        role=f"nobody\n{ROLE}",
        expected_account="222222222222",
        regions="us-nowhere-1",
        html=str(tmp_path / "nowhere" / "status.html"),
        check="maybe",
        dry_run="true",
        kms_key="alias/mine",
    )
    assert found.pop("project") == ["a/b", ".."]
    assert found.pop("regions") == ["us-nowhere-1"], "told once, however many accounts"
    assert set(found) == {"role", "expected-account", "html", "check", "dry-run", "kms-key"}


def test_p10_a_directory_is_no_page(tmp_path: Path) -> None:
    assert faults(html=str(tmp_path)) == {"html": [str(tmp_path)]}


def test_the_command_that_repairs_is_the_same_less_the_dry_run() -> None:
    request, _ = read({"project": "web", "role": ROLE, "repair": "true", "dry-run": "true"}, AROUND)
    assert request.again == f"waybill status --project web --role {ROLE} --repair"


def result() -> Result:
    return Result(
        command="status",
        outcome=Outcome.ALREADY,
        changed=False,
        exit_code=ExitCode.OK,
        body=statuses.troubled(),
    )


def face(**changes: Any) -> Face:
    made = Face(
        environ={},
        workspace=Path(),
        reporter=None,  # type: ignore[arg-type]
        mask=lambda _: None,
        id_token=lambda _: "",
        origin=Origin(),
        tag=None,
    )
    return replace(made, **changes)


def test_the_page_takes_the_place_of_the_one_before_whole(tmp_path: Path) -> None:
    path = tmp_path / "status.html"
    path.write_text("old")
    assert write_page(path, result(), face()) == result()
    text = path.read_text("utf-8")
    assert text.startswith("<!doctype html>")
    assert text.endswith("</html>\n")
    assert [one.name for one in tmp_path.iterdir()] == ["status.html"]


def test_p9_known_secrets_are_taken_out_also_where_html_would_spell_them_otherwise(tmp_path: Path) -> None:
    path = tmp_path / "status.html"
    secret = "checkout fails"
    write_page(path, result(), face(redact=lambda text: text.replace(secret, "***")))
    assert secret not in path.read_text("utf-8")
    assert "***" in path.read_text("utf-8")


def test_where_the_page_cannot_be_written_the_old_one_and_the_result_stand(tmp_path: Path) -> None:
    path = tmp_path / "status.html"
    path.mkdir()
    (path / "kept").write_text("old")
    ended = write_page(path, result(), face())
    assert ended.exit_code == ExitCode.INPUT
    assert ended.body == result().body
    assert str(path) in (ended.error or "")
    assert [one.name for one in tmp_path.iterdir()] == ["status.html"]
    troubled = replace(result(), exit_code=ExitCode.UNAVAILABLE)
    assert write_page(path, troubled, face()).exit_code == ExitCode.UNAVAILABLE, "what was found goes first"


def test_on_a_runner_the_page_belongs_to_the_workspaces_owner(tmp_path: Path) -> None:
    given: list[Path] = []
    write_page(tmp_path / "status.html", result(), face(give=given.append))
    assert given == [tmp_path / "status.html"]
