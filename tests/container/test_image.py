"""What is in the image, and what is not."""

from __future__ import annotations

import json
import re
import runpy
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from container.engine import ROOT, Engine
from waybill import __version__
from waybill.errors import ExitCode

pytestmark = pytest.mark.container

PYTHON = "/opt/waybill/bin/python3"
KEPT: Mapping[str, str] = runpy.run_path(str(ROOT / "tools" / "prune_botocore.py"))["KEPT"]


def python(engine: Engine, image: str, code: str) -> str:
    """Run `code` with the image's interpreter, as isolated as the action is."""
    return engine.inside(image, PYTHON, "-I", "-B", "-c", code).stdout


def test_nothing_that_only_tests_or_installs_is_in_the_image(engine: Engine, image: str) -> None:
    unwanted = ("moto", "pytest", "hypothesis", "mypy", "ruff", "pip", "setuptools", "flask", "startifact")
    code = f"import importlib.util as u; print(*[n for n in {unwanted!r} if u.find_spec(n)])"
    assert python(engine, image, code).split() == []
    assert engine.inside(image, "/usr/local/bin/python3", "-I", "-m", "pip", "--version", check=False).returncode


def test_the_sources_reach_the_image_and_nothing_else_of_the_repository_does(engine: Engine, image: str) -> None:
    found = engine.inside(image, "find", "/opt/waybill", "-maxdepth", "2", "-not", "-type", "l").stdout.split()
    assert set(found) == {
        f"/opt/waybill{path}"
        for path in ("", "/bin", "/bin/waybill", "/entrypoint.py", "/lib", "/lib/python3.13", "/pyvenv.cfg")
    }
    assert engine.inside(image, "test", "-e", "/build", check=False).returncode == 1
    theirs = python(engine, image, "import waybill, pathlib; print(pathlib.Path(waybill.__file__).parent)").strip()
    modules = engine.inside(image, "find", theirs, "-name", "*.py").stdout.split()
    ours = {str(path.relative_to(ROOT / "src" / "waybill")) for path in (ROOT / "src" / "waybill").rglob("*.py")}
    assert {module.removeprefix(f"{theirs}/") for module in modules} == ours


def test_dependencies_are_the_locked_ones(engine: Engine, image: str) -> None:
    code = "import importlib.metadata as m, json; print(json.dumps({d.name: d.version for d in m.distributions()}))"
    installed = {canonical(name): version for name, version in json.loads(python(engine, image, code)).items()}
    locked = dict(
        re.findall(r"^([\w.-]+)==([\w.]+)", (ROOT / "requirements" / "runtime.txt").read_text(), re.MULTILINE)
    )
    del installed["waybill"]
    assert installed
    assert installed.items() <= {canonical(name): version for name, version in locked.items()}.items()


def canonical(name: str) -> str:
    """A distribution's name as pip compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_service_the_code_calls_is_kept_and_makes_a_client_in_every_partition(engine: Engine, image: str) -> None:
    sources = "\n".join(path.read_text() for path in (ROOT / "src").rglob("*.py") if "sandbox" not in path.parts)
    called = set(re.findall(r'client\(\s*"([a-z0-9-]+)"', sources))
    assert {"s3", "ssm", "sts", "kms"} <= called <= set(KEPT)
    code = f"""
import boto3
session = boto3.Session(aws_access_key_id="x", aws_secret_access_key="x")
for service in {sorted(KEPT)!r}:
    for region in ("us-east-1", "eu-west-1", "cn-north-1", "us-gov-west-1"):
        assert session.client(service, region_name=region).meta.endpoint_url.startswith("https://"), service
print(*session.get_available_services())
"""
    assert set(python(engine, image, code).split()) == set(KEPT)


def test_what_setup_reads_is_in_the_image(engine: Engine, image: str) -> None:
    """Its templates and its schema are files of the package, and two libraries are read by nothing else."""
    code = """
import importlib.resources as r, json, yaml
from waybill.inputs.file.shape import schema, validator
files = r.files("waybill")
validator(schema()).check_schema(schema())
print(*sorted(one.name for one in (files / "templates").iterdir()), yaml.safe_load("a: 1")["a"])
"""
    names = sorted(path.name for path in (ROOT / "src" / "waybill" / "templates").iterdir())
    assert python(engine, image, code).split() == [*names, "1"]


def test_the_action_setup_reads_the_file_of_the_workspace(engine: Engine, image: str, tmp_path: Path) -> None:
    (tmp_path / "waybill.yaml").write_text("schema: 1\naccounts: {a: {id: 12}}\nregionen: []\n")
    (tmp_path / "output").touch()
    given = ["-e", "INPUT_COMMAND=plan", "-e", "GITHUB_OUTPUT=/github/workspace/output", "-e", "INPUT_SUMMARY=false"]
    place = ["-v", f"{tmp_path}:/github/workspace", "--workdir", "/github/workspace"]
    done = engine("run", "--rm", "--network", "none", *place, *given, image, "setup", check=False)
    assert done.returncode == ExitCode.INPUT, done.stdout + done.stderr
    assert "accounts.a.id" in done.stdout
    assert "Did you mean `regions`?" in done.stdout


def test_every_module_of_ours_and_every_one_it_imports_is_compiled_and_never_checked_again(
    engine: Engine, image: str
) -> None:
    code = """
import importlib.util, json, boto3, awscrt, github, jsonschema, requests, rich.live, semver, yaml, waybill.errors
import sys, pathlib
stale = []
for module in list(sys.modules.values()):
    source = getattr(module, "__file__", None)
    if source and source.endswith(".py"):
        cached = pathlib.Path(importlib.util.cache_from_source(source))
        # PEP 552: flags 1 means a hash that is never checked.
        if not cached.exists() or cached.read_bytes()[4:8] != b"\\x01\\0\\0\\0":
            stale.append(source)
print(json.dumps(stale))
"""
    assert json.loads(python(engine, image, code)) == []


def test_the_image_has_waybills_command_too_for_whoever_looks_into_it(engine: Engine, image: str) -> None:
    assert __version__ in engine.inside(image, "/opt/waybill/bin/waybill", "--version").stdout


def test_the_image_obeys_githubs_rules_and_says_what_it_is(engine: Engine, image: str) -> None:
    (described,) = json.loads(engine("image", "inspect", image).stdout)
    config = described["Config"]
    assert not config.get("User")
    assert config.get("WorkingDir", "") in {"", "/"}
    assert config["Entrypoint"][0].startswith("/")
    labels = config["Labels"]
    assert labels["org.opencontainers.image.title"] == "Waybill"
    assert labels["org.opencontainers.image.licenses"] == "Apache-2.0"
    assert {"org.opencontainers.image.version", "org.opencontainers.image.revision"} <= labels.keys()


def test_the_workspace_decides_nothing_of_what_is_imported(engine: Engine, image: str, tmp_path: Path) -> None:
    for name in ("boto3", "json", "sitecustomize", "usercustomize", "waybill"):
        (tmp_path / f"{name}.py").write_text("import sys; sys.exit(99)")
    workspace = ["-v", f"{tmp_path}:/github/workspace", "--workdir", "/github/workspace"]
    hostile = ["-e", "PYTHONPATH=/github/workspace", "-e", "PYTHONSTARTUP=/github/workspace/json.py"]
    done = engine("run", "--rm", "--network", "none", *workspace, *hostile, image, "no-such-verb", check=False)
    assert done.returncode == ExitCode.INPUT, done.stdout + done.stderr
    assert "no-such-verb" in done.stdout


def test_start_up_is_told(engine: Engine, image: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Measured and printed, never judged: this machine has other things to do."""
    clients = 'import boto3\nfor s in ("sts", "s3", "ssm", "kms"): boto3.client(s, region_name="us-east-1")'
    candidates = {
        "/bin/true": ["--entrypoint", "/bin/true", image],
        "the action without a verb": [image],
        "waybill --version": ["--entrypoint", "/opt/waybill/bin/waybill", image, "--version"],
        "boto3 and four clients": ["--entrypoint", PYTHON, image, "-I", "-B", "-c", clients],
    }
    lines = []
    for name, arguments in candidates.items():
        seconds = []
        for _ in range(3):
            started = time.monotonic()
            engine("run", "--rm", "--network", "none", *arguments, check=False)
            seconds.append(time.monotonic() - started)
        lines.append(f"{name} {min(seconds) * 1000:.0f} ms")
    with capsys.disabled():
        sys.stdout.write(f"\n  container start-up, best of 3: {', '.join(lines)}\n")
    assert len(lines) == len(candidates)
