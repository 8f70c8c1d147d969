"""What tests of deploys stand on: a site staged in production, and development's pipeline that deploys it there."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, field
from typing import Any

from fakes.aws import DEVELOPMENT, PRODUCTION, REGIONS, FakeAws, bucket_name
from fakes.clock import FakeClock
from fakes.codepipeline import FakePipeline
from fakes.reporter import RecordingReporter
from fakes.site import SITE, add_site
from promises.stand import plant_whole
from waybill.cancel import Cancellation
from waybill.commands.deploy import Outside, deploy
from waybill.commands.deployment.proof import Prover
from waybill.commands.deployment.task import Announcer, Nobody
from waybill.commands.tools import Tools
from waybill.domain.deploy.delivery import Delivery
from waybill.domain.deploy.deployment import Deployment
from waybill.domain.deploy.order import DeployOrder
from waybill.domain.events import Event
from waybill.domain.identity import Identity
from waybill.domain.request import Request
from waybill.domain.result import Result
from waybill.domain.waybill import Origin
from waybill.errors import WaybillError
from waybill.inputs import deploy as inputs
from waybill.inputs.surroundings import Surroundings
from waybill.packing import Selection
from waybill.ports.account import Gateway
from waybill.ports.http import Asker
from waybill.retry import Retry

PROJECT = "SugarWater"
PIPELINE_ROLE = f"arn:aws:iam::{DEVELOPMENT}:role/waybill-deploy"
ROLE = f"arn:aws:iam::{PRODUCTION}:role/waybill-stage"
PAGES = {"index.html": b"<h1>one</h1>", "assets/site.css": b"h1 { color: teal }"}


def site_zip(pages: dict[str, bytes]) -> bytes:
    """Return a zip of pages."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, body in pages.items():
            archive.writestr(zipfile.ZipInfo(name), body)
    return file.getvalue()


def _survey(path: str, allow_empty: bool, compress: bool) -> Selection:
    raise RuntimeError("a deploy has no path")


@dataclass(slots=True)
class Deploys:
    """A world with a pipeline; versions are planted whole in production, whose channel `latest` is set."""

    world: FakeAws = field(default_factory=lambda: FakeAws.prepared(min_part_bytes=1))
    reporter: RecordingReporter = field(default_factory=RecordingReporter)
    clock: FakeClock = field(default_factory=FakeClock)
    pipe: FakePipeline = field(init=False)

    def __post_init__(self) -> None:
        self.world.seconds = self.clock.monotonic
        self.pipe = add_site(self.world)

    def stage(self, version: str, pages: dict[str, bytes] | None = None) -> bytes:
        """Have a version staged whole in every region, and on the channel."""
        body = site_zip(pages or {**PAGES, "version.txt": version.encode()})
        for region in REGIONS:
            plant_whole(self.world, region, body, version, media_type="application/zip")
            self.world.set_parameter(region, PRODUCTION, f"/artifacts/{PROJECT}/latest", version)
        return body

    def deploy(
        self,
        *,
        run_id: str = "42",
        cancellation: Cancellation | None = None,
        outside: Outside | None = None,
        **given: str,
    ) -> Result:
        """Deploy; `given` are inputs, `_` for `-`."""
        tools = self.tools(run_id, cancellation or Cancellation())
        outside = outside or Outside(proof=Prover(asker=no_asker), announcers=nobody)
        return deploy(self.order(run_id=run_id, **given), tools, outside)

    def order(self, *, run_id: str = "42", **given: str) -> DeployOrder:
        """Return what these inputs ask for."""
        values = {"project": PROJECT, "pipeline": SITE, "role": ROLE, "pipeline-role": PIPELINE_ROLE}
        values |= {name.replace("_", "-"): text for name, text in given.items()}
        around = Surroundings(
            origin=Origin(repository="acme/SugarWater", commit="c0ffee", run_id=run_id, actor="ada"),
            tag=None,
            places=REGIONS,
            parameter="",
            regions=frozenset(self.world.regions),
            survey=_survey,
        )
        return inputs.read(values, around)

    def end(self, **given: Any) -> Result | WaybillError:
        """Deploy, and return how it ended, whichever way."""
        try:
            return self.deploy(**given)
        except WaybillError as error:
            return error

    def tools(self, run_id: str, cancellation: Cancellation) -> Tools:
        """Return what a run works with: each role leads into its own account."""

        def gateway(identity: Identity) -> Gateway:
            role = identity.role
            account = role.account if role else DEVELOPMENT
            return self.world.gateway(account)

        return Tools(
            gateways=gateway,
            clock=self.clock,
            reporter=self.reporter,
            cancellation=cancellation,
            retry=Retry(clock=self.clock, random=lambda: 0.5, budget=2.0),
            known_regions=frozenset(self.world.regions),
            run_id=run_id,
        )

    def events(self, version: str, region: str = REGIONS[0]) -> list[Event]:
        """Return the events beside a version in a region."""
        contents = self.world.contents(bucket_name(PRODUCTION, region))
        prefix = f"{PROJECT}@{version}/events/latest/"
        return [
            Event.from_bytes(key.removeprefix(prefix), body)
            for key, body in sorted(contents.items())
            if key.startswith(prefix)
        ]


def no_asker() -> Asker:
    """Stand where no page is asked for."""
    raise AssertionError("nobody asked for a page")


def nobody(delivery: Delivery, request: Request, commit: str) -> Announcer:
    """Tell nobody."""
    return Nobody()


def body_of(result: Result) -> Deployment:
    """Return what a result shows of its deploy."""
    assert isinstance(result.body, Deployment)
    return result.body
