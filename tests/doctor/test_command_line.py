"""`waybill sandbox run --break KIND -- waybill doctor`, as people type it."""

from __future__ import annotations

import io
import json
import subprocess
import sys

import pytest

from waybill.sandbox import cli
from waybill.sandbox.breaking import listed

SANDBOX = (sys.executable, "-m", "waybill", "sandbox")
DOCTOR = (sys.executable, "-m", "waybill", "doctor", "--json")


def said(*argv: str) -> tuple[int, str, str]:
    stdout, stderr = io.StringIO(), io.StringIO()
    code = cli.main(argv, environ={}, stdout=stdout, stderr=stderr)
    return code, stdout.getvalue(), stderr.getvalue()


@pytest.mark.engine
def test_what_is_broken_is_found_by_its_name_and_ends_with_3() -> None:
    command = [*SANDBOX, "run", "--break", "versioning", "--break=bucket-key,channel-value", "--", *DOCTOR]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={"PATH": "/usr/bin:/bin"})
    assert done.returncode == 3, done.stderr
    document = json.loads(done.stdout)
    wrong = {one["check"] for one in document["findings"] if one["verdict"] != "pass"}
    assert wrong == {"versioning", "bucket-key", "channel-value"}
    assert document["counts"]["fail"] == 4, "a channel is one in each of three regions"
    assert (document["exit_code"], document["changed"]) == (3, False)


@pytest.mark.engine
def test_root_is_what_the_command_is_then() -> None:
    command = [*SANDBOX, "run", "--break", "root", "--", *DOCTOR]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={"PATH": "/usr/bin:/bin"})
    assert [one["check"] for one in json.loads(done.stdout)["findings"] if one["verdict"] == "fail"] == ["root"]


def test_the_list_has_every_kind_with_a_sentence() -> None:
    code, out, err = said("run", "--break", "list")
    assert (code, err) == (0, "")
    assert [line.split()[0] for line in out.splitlines() if not line.startswith(" ")] == list(listed.KINDS)
    assert all(kind.says in " ".join(out.split()) for kind in listed.KINDS.values())


@pytest.mark.parametrize(
    ("argv", "hint"),
    [
        (["run", "--break", "nonsense", "--", "true"], "'nonsense' is no kind of misconfiguration"),
        (["run", "--break", "versioning", "--empty", "--", "true"], "not with --empty"),
        (["run", "--break", "--", "true"], "--break needs a value"),
        (["start", "--break", "nonsense"], "`waybill sandbox run --break list` has them"),
    ],
)
def test_words_that_break_nothing_are_explained(argv: list[str], hint: str) -> None:
    code, out, err = said(*argv)
    assert (code, out) == (2, "")
    assert hint in err
