"""`python -m waybill`: one JSON document on standard output, everything for people elsewhere, documented exit codes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from real.here import waybill_here as waybill
from real.tools import Ended
from real.tools import waybill as waybill_process
from waybill.inputs.tables.stage import STAGE
from waybill.sandbox import layout

pytestmark = pytest.mark.engine

DOCUMENTED = {
    *("command", "outcome", "changed", "exit_code", "project", "version", "sha256", "size", "channel", "regions"),
    "resume",
}
DOCUMENTED_OF_A_REGION = {
    *("region", "outcome", "account", "bucket", "key", "version_id", "channel", "error"),
}

Stage = Callable[..., Ended]


@pytest.fixture
def stage(environment: dict[str, str], project: str, artifact: Path, tmp_path: Path) -> Stage:
    return staging(waybill, environment, project, artifact, tmp_path)


@pytest.fixture
def stage_process(environment: dict[str, str], project: str, artifact: Path, tmp_path: Path) -> Stage:
    """As `stage`, in a process of its own."""
    return staging(waybill_process, environment, project, artifact, tmp_path)


def staging(run: Callable[..., Ended], environment: dict[str, str], project: str, artifact: Path, cwd: Path) -> Stage:
    def run_it(*words: str | Path, path: Path = artifact, **variables: str) -> Ended:
        named = ("--project", project, "--version", "1.2.3", "--path", path)
        return run({**environment, **variables}, "stage", *named, *words, cwd=cwd)

    return run_it


def test_json_is_one_document_on_standard_output_and_the_rest_is_on_standard_error(
    stage_process: Stage, project: str, artifact: Path
) -> None:
    ended = stage_process("--json")
    assert ended.code == 0, ended.stderr
    result = ended.json
    assert result.keys() >= DOCUMENTED
    body = artifact.read_bytes()
    assert {name: result[name] for name in ("command", "outcome", "changed", "exit_code", "channel", "resume")} == {
        "command": "stage",
        "outcome": "created",
        "changed": True,
        "exit_code": 0,
        "channel": "latest",
        "resume": None,
    }
    assert (result["sha256"], result["size"]) == (hashlib.sha256(body).hexdigest(), len(body))
    for region, name in zip(result["regions"], layout.REGIONS, strict=True):
        assert region.keys() >= DOCUMENTED_OF_A_REGION
        assert (region["region"], region["account"], region["outcome"]) == (name, layout.DEVELOPMENT, "created")
        assert region["bucket"] == layout.bucket(layout.DEVELOPMENT, name)
        assert region["key"] == f"{project}@1.2.3"
        assert (region["channel"], region["error"]) == ("moved", None)
        assert region["version_id"]
    assert project in ended.stderr


def test_without_json_people_read_standard_output(stage_process: Stage, project: str) -> None:
    ended = stage_process()
    assert ended.code == 0
    assert all(name in ended.stdout for name in (project, *layout.REGIONS))
    assert ended.stderr == ""


@pytest.mark.parametrize("words", [("stage", "--help"), ("stage", "--project", "P", "-h")])
def test_help_names_every_input_and_needs_no_credentials(words: tuple[str, ...]) -> None:
    ended = waybill({}, *words)
    assert (ended.code, ended.stderr) == (0, "")
    for item in STAGE.inputs:
        assert f"--{item.name}" in ended.stdout


def test_help_of_all_names_the_verbs_and_exit_codes() -> None:
    ended = waybill({}, "--help")
    assert ended.code == 0
    assert "waybill stage" in ended.stdout
    assert "waybill sandbox" in ended.stdout


@pytest.mark.parametrize(("words", "said"), [((), "stage"), (("stgae",), "stgae"), (("--stage",), "--stage")])
def test_no_verb_or_an_unknown_one_exits_2_with_the_help(words: tuple[str, ...], said: str) -> None:
    ended = waybill({}, *words)
    assert ended.code == 2
    assert said in ended.stdout + ended.stderr


def test_the_version_is_told() -> None:
    import waybill as package

    assert waybill_process({}, "--version").stdout == f"waybill {package.__version__}\n"


def test_options_that_may_be_repeated_are_joined(
    stage: Stage, project: str, tmp_path: Path, look: Callable[..., Any]
) -> None:
    (tmp_path / "a.txt").write_text("a")
    (tmp_path / "b.txt").write_text("b")
    ended = stage("--path", "b.txt", "--metadata", "x=1", "--metadata=y=2=3", "--json", path=Path("a.txt"))
    assert ended.code == 0, ended.stderr
    s3 = look("s3", account=layout.DEVELOPMENT)
    bucket = layout.bucket(layout.DEVELOPMENT, layout.HOME_REGION)
    stored = s3.get_object(Bucket=bucket, Key=f"{project}@1.2.3/metadata")["Body"].read()
    assert json.loads(stored) == {"x": "1", "y": "2=3"}


def test_p10_every_wrong_word_is_told_at_once(stage_process: Stage) -> None:
    words = ("--meta-data", "x=1", "--regoins", "us-east-1", "--json", "--require", "9", "--require", "8", "stray")
    ended = stage_process(*words, "--channel")
    assert ended.code == 2
    for told in ("`--metadata`", "`--regions`", "stray", "channel", "is given twice"):
        assert told in ended.stderr
    assert ended.json["exit_code"] == 2
    assert ended.json["outcome"] == "failed"


def test_options_may_not_be_shortened(stage: Stage) -> None:
    ended = stage("--meta", "x=1")
    assert ended.code == 2
    assert "--meta" in ended.stdout


@pytest.mark.parametrize(
    ("words", "variables", "code"),
    [
        (("--dry-run",), {}, 0),
        (("--require", "4"), {}, 2),
        (("--regions", "us-nowhere-1"), {}, 2),
        (("--bucket-parameter", "/no/such/parameter"), {}, 2),
        (("--expected-account", layout.PRODUCTION), {}, 3),
        (("--role", layout.STAGE_ROLE_ARN, "--role-external-id", "wrong"), {}, 3),
        ((), {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, 3),
        ((), {"AWS_PROFILE": "nobody"}, 3),
        (("--role", layout.STAGE_ROLE_ARN.replace("stage", "other"), "--role-external-id", "waybill-sandbox"), {}, 3),
    ],
)
def test_exit_codes_are_the_documented_ones(
    stage: Stage, words: tuple[str, ...], variables: dict[str, str], code: int
) -> None:
    ended = stage(*words, "--json", **variables)
    assert ended.code == code, ended.stderr
    assert ended.json["exit_code"] == code
    if code:
        said = " ".join(ended.stderr.split())
        for line in ended.json["error"].splitlines()[1:] or [ended.json["error"]]:
            assert " ".join(line.removeprefix("  - ").split()) in said
        assert ended.json["changed"] is False


def test_what_the_resume_command_says_finishes_the_work(
    stage: Stage, environment: dict[str, str], project: str, look: Callable[..., Any]
) -> None:
    import shlex

    ssm = look("ssm", "eu-west-1", layout.DEVELOPMENT)
    name = f"/elsewhere/{project}"
    for region in layout.REGIONS[:2]:
        value = layout.bucket(layout.DEVELOPMENT, region)
        look("ssm", region, layout.DEVELOPMENT).put_parameter(Name=name, Value=value, Type="String")
    ssm.put_parameter(Name=name, Value=f"no-such-bucket-{project.lower()}", Type="String")
    first = stage("--bucket-parameter", name, "--require", "2", "--json")
    assert first.code == 2, "a bucket that is not there is bad input"
    assert first.json["changed"] is False
    ssm.put_parameter(Name=name, Value=layout.bucket(layout.DEVELOPMENT, "eu-west-1"), Type="String", Overwrite=True)
    assert stage("--bucket-parameter", name, "--regions", "us-east-1", "--json").code == 0
    words = shlex.split(f"stage --project {project} --version 1.2.3 --resume --bucket-parameter {name} --json")
    resumed = waybill(environment, *words)
    assert resumed.code == 0, resumed.stderr
    assert [region["outcome"] for region in resumed.json["regions"]] == ["already", "created", "created"]


def test_in_the_sandbox_from_one_command_line(project: str, artifact: Path) -> None:
    named = ("--project", project, "--version", "1.0.0", "--path", artifact)
    as_whom = ("--role", layout.STAGE_ROLE_ARN, "--role-external-id", layout.STAGE_EXTERNAL_ID)
    ended = waybill_process({}, "sandbox", "run", "--", "waybill", "stage", *named, *as_whom, "--json")
    assert ended.code == 0, ended.stderr
    assert ended.json["outcome"] == "created"
    assert {region["account"] for region in ended.json["regions"]} == {layout.PRODUCTION}
