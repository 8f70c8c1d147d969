"""`waybill status` as a process in the sandbox: two accounts, what Startifact left, a repair, and the page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from real.here import waybill_here as waybill
from real.runner import PRODUCTION
from real.tools import Ended, program, run
from report.browser import binary, running
from waybill.sandbox import layout

pytestmark = pytest.mark.engine

ROLE = [word for name, value in PRODUCTION.items() for word in (f"--{name}", value)]


@pytest.fixture
def status(environment: dict[str, str], project: str, tmp_path: Path) -> Callable[..., Ended]:
    def run_it(*words: str | Path) -> Ended:
        return waybill(environment, "status", project, "--json", *words, cwd=tmp_path)

    return run_it


def stage(environment: dict[str, str], project: str, artifact: Path, version: str, *words: str) -> None:
    named = ("--project", project, "--version", version, "--path", artifact)
    assert waybill(environment, "stage", *named, *words).code == 0


def test_drift_is_shown_repaired_and_gone(
    status: Callable[..., Ended],
    environment: dict[str, str],
    project: str,
    artifact: Path,
    tmp_path: Path,
    look: Callable[..., Any],
) -> None:
    stage(environment, project, artifact, "1.0.0", *ROLE)
    stage(environment, project, artifact, "1.1.0", *ROLE, "--regions", "us-east-1,us-west-2")
    found = status(*ROLE, "--html", "status.html")
    assert found.code == 0, found.stderr
    shown = found.json["accounts"][0]["projects"][0]
    assert shown["channels"][0]["drift"] is True
    assert (shown["channels"][0]["names"], shown["channels"][0]["floor"]) == ("1.1.0", "1.1.0")
    assert [item["version"] for item in shown["versions_half_staged"]] == ["1.1.0"]
    assert "1.1.0" in (tmp_path / "status.html").read_text("utf-8")
    assert status(*ROLE, "--check").code == 6
    planned = status(*ROLE, "--repair", "--dry-run")
    assert [item["outcome"] for item in planned.json["repairs"]] == ["planned", "planned"]
    assert status(*ROLE, "--check").code == 6
    mended = status(*ROLE, "--repair")
    assert (mended.code, mended.json["outcome"], mended.json["changed"]) == (0, "created", True)
    assert status(*ROLE, "--check").code == 0
    value = look("ssm", "eu-west-1").get_parameter(Name=f"{layout.PARAMETER_PREFIX}/{project}/latest")
    assert value["Parameter"]["Value"] == "1.1.0"
    again = status(*ROLE, "--repair")
    assert (again.code, again.json["outcome"], again.json["changed"], again.json["repairs"]) == (
        0,
        "already",
        False,
        [],
    )


def test_the_page_that_the_command_wrote_opens_in_a_browser(
    status: Callable[..., Ended], environment: dict[str, str], project: str, artifact: Path, tmp_path: Path
) -> None:
    chromium = binary()
    if chromium is None:
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium; or set WAYBILL_TEST_CHROMIUM)")
    stage(environment, project, artifact, "1.0.0", "--regions", "us-east-1,us-west-2")
    assert status("--html", "status.html").code == 0
    with running(chromium, tmp_path / "profile") as browser:
        page = browser.page()
        page.open(tmp_path / "status.html", width=390, dark=True)
        said = page.value("document.body.innerText")
        assert page.said == []
        assert [address for address in page.asked if not address.startswith("file://")] == []
    for words in (project, layout.DEVELOPMENT, "drift", "absent", "behind", "half-staged"):
        assert words in said, words


def test_what_startifact_staged_is_a_note_and_gains_a_waybill(
    status: Callable[..., Ended], environment: dict[str, str], project: str, artifact: Path
) -> None:
    startifact = program("startifact")
    staged = run(environment, startifact, project, "1.0.0", "--stage", artifact, "--metadata", "lang=dotnet")
    assert staged.code == 0, staged.stderr
    found = status("--check")
    assert found.code == 0, found.stderr
    assert found.json["accounts"][0]["projects"][0]["versions_half_staged"][0]["state"] == "without a waybill"
    assert status("--repair").code == 0
    assert status("--check").json["accounts"][0]["projects"][0]["versions_half_staged"] == []
    info = run(environment, startifact, project, "1.0.0", "--info")
    assert "dotnet" in info.stdout, "Startifact goes on reading it"


def test_several_accounts_in_one_run_and_one_that_cannot_be_entered(
    status: Callable[..., Ended], environment: dict[str, str], project: str, artifact: Path
) -> None:
    stage(environment, project, artifact, "1.0.0")
    stage(environment, project, artifact, "2.0.0", *ROLE)
    both = status("--role", "ambient", *ROLE)
    assert both.code == 0, both.stderr
    named = {one["account"]: one["projects"][0]["channels"][0]["names"] for one in both.json["accounts"]}
    assert named == {layout.DEVELOPMENT: "1.0.0", layout.PRODUCTION: "2.0.0"}
    refused = status("--role", "ambient", "--role", PRODUCTION["role"], "--role-external-id", "wrong-one")
    assert refused.code == 3
    assert [bool(one["unreadable"]) for one in refused.json["accounts"]] == [False, True]
    assert refused.json["accounts"][0]["projects"][0]["channels"][0]["names"] == "1.0.0"


def test_a_project_that_is_not_there_is_a_fault(status: Callable[..., Ended], project: str) -> None:
    ended = status()
    assert ended.code == 2
    assert project in ended.stderr
