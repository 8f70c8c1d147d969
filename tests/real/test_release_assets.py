"""`path: release:PATTERN`, from a GitHub on this machine to the sandbox's buckets."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fakes.github_api import REPOSITORY, TOKEN, GitHub, github
from real.here import waybill_here as waybill
from real.runner import PRODUCTION, Runner
from waybill.sandbox import layout

pytestmark = pytest.mark.engine

BODY = os.urandom(17 << 20)
"""More than one part."""


@pytest.fixture
def hub() -> Iterator[GitHub]:
    with github() as running:
        running.private = True
        yield running


def test_the_asset_of_the_release_being_published_is_staged_untouched_and_the_token_is_not_told(
    runner: Runner, hub: GitHub, project: str, look: Callable[..., Any]
) -> None:
    made = hub.release("v1.2.3", {"app.tar.gz": BODY, "notes.txt": b"notes"})
    inputs = {"project": project, "version": "auto", "path": "release:app*", "filename": "true", **PRODUCTION}
    step = runner.stage({**inputs, "github-token": TOKEN}, **hub.environ(runner.folder, made))
    assert step.code == 0, step.log
    assert step.outputs["sha256"] == hashlib.sha256(BODY).hexdigest()
    assert step.result["resume"] is None
    for region in layout.REGIONS:
        found = look("s3", region).get_object(Bucket=layout.bucket(layout.PRODUCTION, region), Key=f"{project}@1.2.3")
        assert found["Body"].read() == BODY
        assert found["ContentType"] == "application/octet-stream"
    named = look("s3").get_object(
        Bucket=layout.bucket(layout.PRODUCTION, layout.HOME_REGION), Key=f"{project}@1.2.3/metadata"
    )
    assert b"app.tar.gz" in named["Body"].read()
    assert TOKEN in step.said("add-mask")
    assert TOKEN not in step.shown() + step.summary + "".join(step.outputs.values())
    assert list((runner.folder / "temp").iterdir()) == []


def test_the_command_line_takes_it_from_the_versions_tag_and_plans_it_without_writing(
    environment: dict[str, str], hub: GitHub, project: str, tmp_path: Path
) -> None:
    hub.release(f"{project}/v1.2.3", {"site-1.2.3.zip": b"PK the site"})
    words = ("stage", "--project", project, "--version", "1.2.3", "--path", "release:site-*.zip", "--json")
    around = {**environment, **hub.environ(), "GITHUB_TOKEN": TOKEN}
    planned = waybill(around, *words, "--dry-run", cwd=tmp_path)
    assert planned.code == 0, planned.stderr
    assert (planned.json["outcome"], planned.json["changed"]) == ("planned", False)
    staged = waybill(around, *words, cwd=tmp_path)
    assert staged.code == 0, staged.stderr
    assert staged.json["outcome"] == "created"
    again = waybill(around, *words, cwd=tmp_path)
    assert (again.json["outcome"], again.json["changed"]) == ("already", False)


def test_without_a_repository_or_a_match_nothing_is_touched(
    environment: dict[str, str], hub: GitHub, project: str, tmp_path: Path
) -> None:
    hub.release("v1.2.3", {"a.zip": b"a", "b.zip": b"b"})
    words = ("stage", "--project", project, "--version", "1.2.3", "--path", "release:*.zip")
    unnamed = waybill(environment, *words, cwd=tmp_path)
    assert unnamed.code == 2
    assert "GITHUB_REPOSITORY" in unnamed.stdout
    two = waybill({**environment, **hub.environ()}, *words, "--github-token", TOKEN, cwd=tmp_path)
    assert two.code == 2
    assert "'a.zip', 'b.zip'" in two.stdout
    hidden = waybill({**environment, **hub.environ()}, *words, cwd=tmp_path)
    assert hidden.code == 3
    assert REPOSITORY in hidden.stdout
