"""The tools that make the image and the release, without any container."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest

from container.engine import ROOT, why_not
from container.outputs import parse_outputs

DIGEST = "sha256:" + "a" * 64
REFERENCE = f"ghcr.io/octo/waybill@{DIGEST}"

prune = SimpleNamespace(**runpy.run_path(str(ROOT / "tools" / "prune_botocore.py")))
pin = SimpleNamespace(**runpy.run_path(str(ROOT / "tools" / "pin_image.py")))


def test_every_service_that_the_code_asks_is_kept() -> None:
    """The image's own test says so too, of the image; it is seldom run."""
    sources = (ROOT / "src" / "waybill" / "aws").rglob("*.py")
    asked = {name for path in sources for name in re.findall(r'client\(\s*"([a-z0-9-]+)"', path.read_text())}
    assert {"s3", "ssm", "sts", "cloudformation", "iam"} <= asked
    assert asked <= set(prune.KEPT), "name it in KEPT of tools/prune_botocore.py"


def test_pruning_deletes_unused_services_and_keeps_what_every_client_needs(tmp_path: Path) -> None:
    kept = tmp_path / "s3" / "2006-03-01"
    gone = tmp_path / "ec2" / "2016-11-15"
    for folder in (kept, gone):
        folder.mkdir(parents=True)
        (folder / "service-2.json.gz").write_bytes(b"x" * 10)
        (folder / "examples-1.json").write_bytes(b"x" * 5)
    (tmp_path / "endpoints.json").write_text("{}")
    assert prune.prune(tmp_path) == 10 + 5 + 5
    left = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {"endpoints.json", "s3/2006-03-01/service-2.json.gz"}


def test_pruning_needs_a_folder_that_holds_botocore(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert prune.main([str(tmp_path)]) == 1
    assert "usage" in capsys.readouterr().err


def test_pinning_changes_the_image_of_every_action_and_nothing_else(tmp_path: Path) -> None:
    text = "name: Waybill\nruns:\n  using: docker\n  image: Dockerfile\n  args: [stage]\n"
    deploy = tmp_path / "actions" / "deploy" / "action.yml"
    deploy.parent.mkdir(parents=True)
    deploy.write_text(text.replace("Dockerfile", "../../Dockerfile"))
    (tmp_path / "action.yml").write_text(text)
    assert pin.main([REFERENCE], tmp_path) == 0
    for file in (tmp_path / "action.yml", deploy):
        assert file.read_text() == text.replace("Dockerfile", f"docker://{REFERENCE}")


@pytest.mark.parametrize("reference", ["ghcr.io/octo/waybill:1", f"waybill@{DIGEST}", f"ghcr.io/O/W@{DIGEST}", ""])
def test_pinning_refuses_what_is_not_a_digest(tmp_path: Path, reference: str) -> None:
    (tmp_path / "action.yml").write_text("runs:\n  image: Dockerfile\n")
    assert pin.main([reference], tmp_path) == 1
    assert (tmp_path / "action.yml").read_text() == "runs:\n  image: Dockerfile\n"


@pytest.mark.parametrize("text", ["runs:\n  using: docker\n", "runs:\n  image: a\n  image: b\n"])
def test_pinning_changes_no_action_when_one_does_not_say_its_image_once(tmp_path: Path, text: str) -> None:
    (tmp_path / "action.yml").write_text("runs:\n  image: Dockerfile\n")
    other = tmp_path / "actions" / "other" / "action.yml"
    other.parent.mkdir(parents=True)
    other.write_text(text)
    assert pin.main([REFERENCE], tmp_path) == 1
    assert "Dockerfile" in (tmp_path / "action.yml").read_text()


def test_the_projects_own_actions_can_be_pinned() -> None:
    for file in (ROOT / "action.yml", *ROOT.glob("actions/*/action.yml")):
        assert f"image: docker://{REFERENCE}" in pin.pinned(file.read_text(), REFERENCE)


def test_without_root_the_reason_names_a_remedy_and_a_base_image_is_one() -> None:
    assert "WAYBILL_CONTAINER_BASE=" in why_not({}, 1001)
    assert why_not({"WAYBILL_CONTAINER_BASE": "python:3.13-slim"}, 1001) == ""
    assert why_not({}, 0) == ""


@pytest.mark.parametrize(
    ("text", "outputs"),
    [
        ("a=1\nb=x=y\n", {"a": "1", "b": "x=y"}),
        ("a<<EOF_1\none\n\ntwo<<EOF\nEOF_1\nb=2\n", {"a": "one\n\ntwo<<EOF", "b": "2"}),
        ("a=1 << 2\n", {"a": "1 << 2"}),
    ],
)
def test_outputs_are_read_as_the_runner_reads_them(text: str, outputs: dict[str, str]) -> None:
    assert parse_outputs(text) == outputs


@pytest.mark.parametrize("text", ["nonsense\n", "a<<END\nnever ends\n", "=x\n"])
def test_outputs_the_runner_would_refuse_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not an output|no end"):
        parse_outputs(text)
