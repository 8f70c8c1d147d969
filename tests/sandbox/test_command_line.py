"""The words of `waybill sandbox`: what is understood, and what is said of what is not."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from waybill.sandbox import cli, limits
from waybill.sandbox.cli import Words


def said(*argv: str) -> tuple[int, str, str]:
    stdout, stderr = io.StringIO(), io.StringIO()
    code = cli.main(argv, environ={}, stdout=stdout, stderr=stderr)
    return code, stdout.getvalue(), stderr.getvalue()


@pytest.mark.parametrize("argv", [["--help"], ["-h"], ["help"], ["run", "--help"], ["start", "-h"]])
def test_help_shows_what_is_in_it_and_every_limit(argv: list[str]) -> None:
    code, out, err = said(*argv)
    assert (code, err) == (0, "")
    assert "arn:aws:iam::222222222222:role/waybill-stage" in out
    for name in ("crossaccountdeploy", "sample-website.zip", "codepipeline-input-bucket", "codepipeline-output-bucket"):
        assert name in out
    flat = " ".join(out.split())
    assert [each for each in (*limits.ENFORCED, *limits.NOT_ENFORCED) if " ".join(each.split()) not in flat] == []


@pytest.mark.parametrize(
    ("argv", "hint"),
    [
        ([], "run or start"),
        (["stop"], "'stop' is neither run nor start"),
        (["run"], "needs a command after `--`"),
        (["run", "--"], "needs a command after `--`"),
        (["run", "aws", "s3", "ls"], "Write the command after `--`"),
        (["run", "--port", "1", "--", "true"], "run does not know '--port'"),
        (["start", "--port"], "--port needs a value"),
        (["start", "--port", "65536"], "not a port"),
        (["start", "--port", "-1"], "not a port"),
        (["start", "--port", "http"], "not a port"),
        (["start", "--", "true"], "start takes no command"),
        (["start", "now"], "start does not know 'now'"),
    ],
)
def test_words_that_mean_nothing_are_explained_and_exit_2(argv: list[str], hint: str) -> None:
    code, out, err = said(*argv)
    assert (code, out) == (2, "")
    assert hint in err
    assert "usage: waybill sandbox" in err


def test_a_log_that_cannot_be_written_is_said_and_exits_2(tmp_path: Path) -> None:
    code, out, err = said("run", "--log", str(tmp_path), "--", "true")
    assert (code, out) == (2, "")
    assert f"{tmp_path} cannot be written" in err


def test_everything_after_the_first_dashes_is_the_commands() -> None:
    assert cli.parse(["run", "--log", "l", "--", "sh", "-c", "x", "--", "--help"]) == Words(
        "run", command=["sh", "-c", "x", "--", "--help"], log=Path("l")
    )


def test_a_port_may_be_given_either_way_and_is_free_otherwise() -> None:
    assert cli.parse(["start", "--port=5000"]) == cli.parse(["start", "--port", "5000"]) == Words("start", port=5000)
    assert cli.parse(["start"]).port == 0
