"""Every verb as a process of its own, on the command line and as the action: one life of a project each.

Other tests run verbs in the process of the tests (tests/real/here.py); what they say of streams, exit codes and files
stands on these.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from real.deploying import PIPELINE, build, page
from real.runner import Runner, Step
from real.tools import waybill
from waybill.inputs.verbs import ACTIONS
from waybill.sandbox import layout

pytestmark = pytest.mark.engine

PROMOTER = {"role": layout.PROMOTE_ROLE_ARN, "role-external-id": layout.PROMOTE_EXTERNAL_ID}
AS_PROMOTER = [word for name, value in PROMOTER.items() for word in (f"--{name}", value)]


def test_on_the_command_line(
    environment: dict[str, str], project: str, tmp_path: Path, look: Callable[..., Any]
) -> None:
    def do(verb: str, *words: str | Path) -> dict[str, Any]:
        ended = waybill(environment, verb, "--project", project, *words, "--json", cwd=tmp_path)
        assert ended.code == 0, ended.stderr
        found: dict[str, Any] = ended.json
        assert (found["command"], found["exit_code"]) == (verb, 0)
        assert ended.stderr, "people are told, too"
        return found

    for version in ("1.0.0", "1.1.0"):
        site = build(tmp_path, version)
        assert do("stage", "--version", version, "--path", site)["outcome"] == "created"
    assert [one["version"] for one in do("versions")["versions"]] == ["1.1.0", "1.0.0"]
    assert [one["whole"] for one in do("info", "--version", "^1")["regions"]] == [True] * 3
    for version in ("1.0.0", "1.1.0"):
        assert do("promote", "--version", version, *AS_PROMOTER)["version"] == version
    deployed = do("deploy", "--version", "1.1.0", "--pipeline", PIPELINE)
    assert (deployed["outcome"], deployed["status"]) == ("deployed", "Succeeded")
    assert look("s3").get_object(Bucket=layout.OUTPUT_BUCKET, Key="index.html")["Body"].read() == page("1.1.0").encode()
    back = do("rollback", "--channel", "production", "--to", "previous", "--reason", "it leaks", *AS_PROMOTER)
    assert (back["outcome"], back["version"]) == ("rolled-back", "1.0.0")
    (account,) = do("status", *AS_PROMOTER)["accounts"]
    assert account["projects"][0]["channels"][0]["names"] == "1.0.0"
    assert do("download", "--version", "production", "--to", "back.zip", *AS_PROMOTER)["path"] == "back.zip"
    assert (tmp_path / "back.zip").read_bytes()[:2] == b"PK"
    assert do("prune", "--keep", "1", "--yes")["outcome"] == "created"


def test_as_the_action(runner: Runner, project: str) -> None:
    def do(verb: str, **more: str) -> Step:
        given = {name.replace("_", "-"): value for name, value in more.items()}
        step = runner.process(verb, {"project": project, **given, **(PROMOTER if verb == "promote" else {})})
        assert step.code == 0, step.log
        assert step.outputs.keys() == {output.name for output in ACTIONS[verb].outputs}
        assert step.result["command"] == verb
        assert project in step.summary
        assert project in step.log
        return step

    for version in ("0.9.0", "1.0.0", "1.1.0"):
        build(runner.workspace, version)
        assert do("stage", version=version, path=version).outputs["outcome"] == "created"
    assert len(do("versions").result["versions"]) == 3
    assert do("info", version="^1").outputs["version"] == "1.1.0"
    assert do("promote", version="1.1.0").outputs["outcome"] == "created"
    assert do("deploy", version="1.1.0", pipeline=PIPELINE).outputs["status"] == "Succeeded"
    assert do("rollback", channel="latest", to="previous", reason="it leaks").outputs["version"] == "1.0.0"
    assert do("status").result["accounts"]
    assert do("download", version="latest", to="back.zip").outputs["path"] == "back.zip"
    assert do("prune", keep="1", yes="true").outputs["changed"] == "true"
