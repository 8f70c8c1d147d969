"""The demo: the actions' own entrypoint, eight times, in a sandbox; a small static site (examples/site) is released.

It runs `entrypoint.py` as GitHub's runner does (INPUT_*, GITHUB_OUTPUT, GITHUB_STEP_SUMMARY), and leaves what the
runner would show in build/demo: summary.md (all steps), outputs.txt and result.json (the last stage's), and each other
verb's last outputs and result document.

python -m tools.demo           runs it
python -m tools.demo --keep    leaves the sandbox open at the end, so that a browser can see the site
"""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from contextlib import suppress
from zipfile import ZipFile

import boto3
from tools.demo_runner import FOLDER, ROOT, Step, as_expected, run, say

from waybill.sandbox import layout
from waybill.sandbox.server import Sandbox, running

SITE = ROOT / "examples" / "site"
PROJECT = "site"
PAGE = "index.html"


def main(argv: Sequence[str]) -> int:
    """Run the steps; exit 0 when each ended as it should."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    say("The sandbox: an embedded AWS with two accounts and three regions, on this machine only.")
    with running(os.environ) as sandbox:
        page = sandbox.site_url(layout.OUTPUT_BUCKET, PAGE)
        good = [run(number, step, sandbox) for number, step in enumerate(steps(page), 1)]
        say("\n── What is where now (waybill status), in the production account\n")
        good.append(show_status(sandbox))
        say(f"\n── What the pipeline left in production's bucket {layout.OUTPUT_BUCKET}, beside the staged zip\n")
        good.append(show_files(sandbox))
        say("\n── One of the pages, at the URL where the sandbox serves it\n")
        show_page(page)
        say("\n── Left behind for you to read")
        for name, what in (
            ("summary.md", "the step summaries, as GitHub shows them"),
            ("result.json", "the last stage's result document; promote.json, deploy.json and rollback.json beside it"),
            ("status.html", "the page of `waybill status --html`"),
        ):
            say(f"   {(FOLDER / name).relative_to(ROOT)}  {what}")
        if not all(good):
            say("\nThe demo did NOT go as it should; see above.")
            return 1
        say("\nThe demo worked: staged, unchanged when repeated, a conflict refused, promoted, deployed, rolled back.")
        say("Next: README.md, `Set it up`; or play: .venv/bin/waybill sandbox run -- bash")
        if "--keep" in argv:
            keep_open(page, sandbox)
        else:
            say("The page above is gone with the sandbox. To look at it in a browser: make demo ARGS=--keep")
            say("A sandbox of your own, that stays: .venv/bin/waybill sandbox start --port 4566")
    return 0


def steps(page: str) -> tuple[Step, ...]:
    """Return what the demo does; `page` is where the deployed site's first page is seen."""
    first, second = build("1.0.0"), build("1.1.0")
    stage = {"project": PROJECT, "metadata": "built-by=make demo"}
    production = {"project": PROJECT, "role": layout.PROMOTE_ROLE_ARN, "role-external-id": layout.PROMOTE_EXTERNAL_ID}
    pipeline = {"pipeline": f"{layout.HOME_REGION}:{layout.PIPELINE}"}
    proof = {"verify-url": page, "verify-text": "version {version}"}
    return (
        Step(
            "Stage a small static site (examples/site) in every region of the development account",
            "stage",
            stage | {"version": "1.0.0", "path": first},
        ),
        Step("The same again: nothing changes", "stage", stage | {"version": "1.0.0", "path": first}),
        Step(
            "Other bytes under the same version: refused",
            "stage",
            stage | {"version": "1.0.0", "path": second},
            expected=5,
        ),
        Step(
            "Promote what development's `latest` names: copied from account to account, region by region",
            "promote",
            production | {"from-channel": "latest"},
        ),
        Step(
            "Deploy what `production` names: a pipeline of the development account, pinned to it, followed to its end",
            "deploy",
            production | pipeline | {"version": "production"},
        ),
        Step("The next version, in development only", "stage", stage | {"version": "1.1.0", "path": second}),
        Step(
            "Promote and deploy it in one step; then the page itself must show the new version",
            "promote",
            production | {"from-channel": "latest"} | pipeline | proof,
        ),
        Step(
            "Go back, on purpose: the channel, and what is deployed",
            "rollback",
            production | {"to": "previous", "reason": "the demo wants to see it go back"} | pipeline | proof,
        ),
    )


def build(version: str) -> str:
    """Build the site, as a release workflow would: write the version into its pages. Returns the folder."""
    folder = FOLDER / f"site-{version}"
    shutil.copytree(SITE, folder)
    for name in (PAGE, "version.txt"):
        page = folder / name
        page.write_text(page.read_text(encoding="utf-8").replace("0.0.0", version), encoding="utf-8")
    return str(folder)


def show_status(sandbox: Sandbox) -> bool:
    """Show every channel in every region of the production account, and leave the page of it."""
    command = [sys.executable, "-m", "waybill", "status", PROJECT, "--html", str(FOLDER / "status.html")]
    command += ["--role", layout.PROMOTE_ROLE_ARN, "--role-external-id", layout.PROMOTE_EXTERNAL_ID]
    ended = subprocess.run(
        command, env=sandbox.environment(os.environ), cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False
    )
    say("\n".join(f"   {line}".rstrip() for line in ended.stdout.splitlines()))
    return as_expected(ended.returncode)


def show_files(sandbox: Sandbox) -> bool:
    """Compare what lies in production's output bucket with the entries of the zip that is staged there."""
    keys = sandbox.accounts[layout.PRODUCTION]["user"]
    s3 = boto3.client(
        "s3",
        endpoint_url=sandbox.url,
        region_name=layout.HOME_REGION,
        aws_access_key_id=keys["access_key_id"],
        aws_secret_access_key=keys["secret_access_key"],
    )

    def read(bucket: str, key: str) -> bytes:
        body: bytes = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        return body

    key = json.loads((FOLDER / "rollback.json").read_text(encoding="utf-8"))["key"]
    with ZipFile(io.BytesIO(read(layout.bucket(layout.PRODUCTION, layout.HOME_REGION), key))) as archive:
        staged = {name: archive.read(name) for name in archive.namelist()}
    listed = s3.list_objects_v2(Bucket=layout.OUTPUT_BUCKET).get("Contents", ())
    deployed = {one["Key"]: read(layout.OUTPUT_BUCKET, one["Key"]) for one in listed}
    for name in sorted({*staged, *deployed}):
        same = staged.get(name) == deployed.get(name)
        verdict = "the same bytes as staged" if same else "NOT as staged"
        say(f"   {'✓' if same else '✗'} {name:18} {len(deployed.get(name, b'')):5} bytes, {verdict}")
    return staged == deployed


def show_page(url: str) -> None:
    """Ask for a page as a browser does, and show its heading."""
    with urllib.request.urlopen(url, timeout=10) as answer:
        lines = answer.read().decode("utf-8").splitlines()
    say(f"   {url}")
    say(f"   {next(line for line in lines if line.startswith('<h1>'))}")


def keep_open(page: str, sandbox: Sandbox) -> None:
    """Wait for Ctrl-C, with the site to be seen."""
    say(f"\nThe sandbox stays until Ctrl-C. Open {page}")
    with suppress(KeyboardInterrupt):
        while sandbox.is_running():
            time.sleep(0.5)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
