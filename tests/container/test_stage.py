"""`stage` in the image, started as GitHub's runner starts it, against the sandbox."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from container.github_runner import MOUNTS, OWNER, Job, StepMaker
from container.looking import s3_of_production
from waybill.sandbox.layout import PRODUCTION, REGIONS, STAGE_EXTERNAL_ID, STAGE_ROLE_ARN
from waybill.sandbox.server import Sandbox

pytestmark = pytest.mark.container

ROLE = {"role": STAGE_ROLE_ARN, "role-external-id": STAGE_EXTERNAL_ID}
WRITABLE = ("-e", f"TMPDIR={MOUNTS['runner_temp']}")
LOCKED_DOWN = ("--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", *WRITABLE)


def locked_down(user: int) -> tuple[str, ...]:
    """Options of `run`: as `user`, who may write nothing but the job's folders, and has no capability."""
    return (*LOCKED_DOWN, "--user", f"{user}:{user}")


def test_a_file_reaches_every_region_and_the_step_tells_what_it_did(stage: StepMaker, job: Job) -> None:
    content = b"sugar and water\n"
    job.put("dist/sugarwater.bin", content)
    done = stage({"project": "Told", "version": "1.0.0", "path": "dist/sugarwater.bin", **ROLE}).run()
    assert done.exit_code == 0, done.log
    assert done.outputs["version"] == "1.0.0"
    assert done.outputs["sha256"] == hashlib.sha256(content).hexdigest()
    assert done.outputs["size"] == str(len(content))
    assert done.outputs["changed"] == "true"
    assert done.outputs["outcome"] == "created"
    result = json.loads(done.outputs["result"])
    assert [entry["region"] for entry in result["regions"]] == list(REGIONS)
    assert {entry["account"] for entry in result["regions"]} == {PRODUCTION}
    assert {entry["channel"] for entry in result["regions"]} == {"moved"}
    for region in REGIONS:
        assert region in done.summary
    assert done.outputs["sha256"] in done.summary


def test_again_changes_nothing_and_other_bytes_are_a_conflict(stage: StepMaker, job: Job) -> None:
    step = {"project": "Again", "version": "1.0.0", "path": "one.bin", **ROLE}
    job.put("one.bin", b"one")
    assert stage(step).run().exit_code == 0
    again = stage(step).run()
    assert (again.exit_code, again.outputs["changed"], again.outputs["outcome"]) == (0, "false", "already")
    job.put("one.bin", b"another")
    conflict = stage(step).run()
    assert conflict.exit_code == 5
    assert "::error" in conflict.log
    assert hashlib.sha256(b"one").hexdigest() in conflict.log
    assert conflict.summary


def test_bad_input_is_refused_with_every_fault_by_its_yaml_name(stage: StepMaker, job: Job) -> None:
    refused = stage({"project": "../Bad", "version": "v1", "path": "missing.bin", "role": "nonsense"}).run()
    assert refused.exit_code == 2
    for name in ("project", "version", "path", "role"):
        assert name in refused.log
    assert "::error" in refused.log


@pytest.mark.parametrize(
    ("owner", "options"),
    [
        pytest.param(OWNER, (), id="as GitHub's runner does"),
        # A runner of one's own that runs as root: without capabilities, root may not write what is another user's.
        pytest.param(os.getuid(), locked_down(os.getuid()), id="locked down"),
        pytest.param(OWNER, locked_down(OWNER), id="locked down, as the workspace's owner"),
    ],
)
def test_a_directory_is_packed_and_staged_and_the_workspace_stays_its_owners(
    stage: StepMaker, tmp_path: Path, owner: int, options: tuple[str, ...]
) -> None:
    job = Job(tmp_path / "its", owner)
    job.put("site/index.html", b"<p>hello</p>")
    job.put("site/deep/er/data.bin", bytes(range(256)) * 4096)
    before = owners(job.folder)
    step = stage({"project": f"Packed-{len(options)}-{owner}", "version": "1.0.0", "path": "site", **ROLE}, *options)
    done = replace(step, job=job).run()
    assert done.exit_code == 0, done.log
    assert json.loads(done.outputs["result"])["outcome"] == "created"
    after = owners(job.folder)
    assert set(after.values()) == {owner}
    left = {path for path in after if path not in before and "file_commands" not in path.parts}
    assert left == set()


def test_the_same_directory_gives_the_same_bytes_whatever_the_container_may_do(stage: StepMaker, job: Job) -> None:
    job.put("site/index.html", b"<p>hello</p>")
    job.put("site/a.txt", b"a")
    step = {"project": "Reproduced", "version": "1.0.0", "path": "site", **ROLE}
    first = stage(step).run()
    (job.workspace / "site" / "a.txt").unlink()
    job.put("site/a.txt", b"a")
    os.utime(job.workspace / "site" / "index.html", (1, 1))
    second = stage(step, *locked_down(OWNER)).run()
    assert (second.exit_code, second.outputs["outcome"]) == (0, "already"), second.log
    assert second.outputs["sha256"] == first.outputs["sha256"]


def test_what_the_step_said_is_what_is_stored(stage: StepMaker, job: Job, sandbox: Sandbox) -> None:
    content = os.urandom(100_000)
    job.put("data.bin", content)
    done = stage(
        {"project": "Stored", "version": "2.0.0", "path": "data.bin", "metadata": "team=blue\nnote=a=b", **ROLE}
    ).run()
    assert done.exit_code == 0, done.log
    looked = s3_of_production(sandbox)
    for region, place in json.loads(done.outputs["locations"]).items():
        s3 = looked[region]
        assert s3.get_object(Bucket=place["bucket"], Key=place["key"])["Body"].read() == content
        metadata = s3.get_object(Bucket=place["bucket"], Key=f"{place['key']}/metadata")["Body"].read()
        assert json.loads(metadata) == {"note": "a=b", "team": "blue"}


def owners(folder: Path) -> dict[Path, int]:
    """Return who owns each file and folder below `folder`."""
    return {path: path.lstat().st_uid for path in folder.rglob("*")}
