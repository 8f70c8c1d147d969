"""The commands that docs/deploy.md and README show of deploys run as they stand, in the sandbox."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agreement.reading import README, ROOT
from real.here import waybill_here as waybill
from real.test_examples_deploy import distribution
from real.test_examples_run import page
from waybill.sandbox import layout
from waybill.sandbox.server import Sandbox

pytestmark = pytest.mark.engine

SITE = ROOT / "examples" / "site"
PAGE = ROOT / "docs" / "deploy.md"


def commands(path: Path) -> list[list[str]]:
    """Return the words of every command of a page that deploys, lines that go on put together."""
    text = path.read_text(encoding="utf-8").replace("\\\n", " ")
    shown = re.findall(r"^    waybill ((?:deploy|promote|rollback) .*pipeline.*)$", text, re.MULTILINE)
    return [shlex.split(line, comments=True) for line in shown]


def test_the_pages_show_commands() -> None:
    assert [words[0] for words in commands(PAGE)] == ["deploy", "promote", "rollback", "deploy"]
    assert [words[0] for words in commands(README)] == ["deploy", "promote"]


def site(folder: Path, version: str) -> Path:
    """Build the examples' site."""
    for name in ("index.html", "version.txt"):
        copy = folder / version / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text((SITE / name).read_text().replace("0.0.0", version))
    return folder / version


def test_every_command_of_the_page_does_what_it_says(
    environment: dict[str, str], sandbox: Sandbox, project: str, tmp_path: Path, look: Callable[..., Any]
) -> None:
    here = {
        "SugarWater": project,
        "ROLE": layout.PROMOTE_ROLE_ARN,
        "acme-releases": layout.PROMOTE_EXTERNAL_ID,
        "ID": layout.PROMOTE_EXTERNAL_ID,
        "https://www.example.com/version.txt": sandbox.site_url(layout.OUTPUT_BUCKET, "version.txt"),
        "E1ABCDEF2GHIJK /version.txt": f"{distribution(look)} /version.txt",
    }

    def run(words: list[str]) -> dict[str, Any]:
        ended = waybill(environment, *(here.get(word, word) for word in words), "--json", cwd=tmp_path)
        assert ended.code == 0, ended.stderr
        found: dict[str, Any] = ended.json
        return found

    def release(version: str, *words: str) -> None:
        run(["stage", "--project", project, "--version", version, "--path", str(site(tmp_path, version))])
        run(["promote", "--project", project, "--version", version, "--role", "ROLE", "--role-external-id", "ID"])

    looked, promoted, back, proved = commands(PAGE)
    release("1.2.2")
    assert run(looked)["outcome"] == "planned"
    done = run([word for word in looked if word != "--dry-run"])
    assert (done["outcome"], done["version"], done["status"]) == ("deployed", "1.2.2", "Succeeded")
    run(["stage", "--project", project, "--version", "1.2.3", "--path", str(site(tmp_path, "1.2.3"))])
    done = run(promoted)
    assert (done["outcome"], done["version"], done["regions"][0]["channel"]) == ("deployed", "1.2.3", "moved")
    assert "version 1.2.3" in page(look)
    done = run(back)
    assert (done["outcome"], done["version"]) == ("deployed", "1.2.2")
    assert "version 1.2.2" in page(look)
    done = run(proved)
    assert (done["outcome"], done["version"], done["verify_url"]["end"][:14]) == ("deployed", "1.2.3", "it answers 200")
    assert all(one["compared"] and not one["missing"] and not one["different"] for one in done["deployed_files"])
    release("1.2.4")
    for words in commands(README):
        done = run(words)
        assert (done["outcome"], done["version"]) == ("deployed", "1.2.4")
