"""One run of `download` after the other, in the world of a `Stand`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fakes.aws import PRODUCTION, REGIONS, bucket_name
from promises.stand import CHANNEL, LARGE, PROJECT, Stand, plant_whole
from waybill.cancel import Cancellation
from waybill.commands.download import download
from waybill.domain.download import DownloadRequest
from waybill.domain.result import Result
from waybill.domain.selector import parse
from waybill.errors import WaybillError

BODY = LARGE
KEY = f"{PROJECT}@1.2.3"


@dataclass(slots=True)
class Downloads:
    """`folder` is where a download is to lie; nothing else is there."""

    stand: Stand
    folder: Path

    def run(self, wanted: str = "1.2.3", **changes: Any) -> Result:
        """Download; `changes` are those of the request, `gateway` and `cancellation`."""
        gateway = changes.pop("gateway", None) or self.stand.world.gateway()
        cancellation = changes.pop("cancellation", None) or Cancellation()
        asked: dict[str, Any] = {
            "project": PROJECT,
            "wanted": parse(wanted),
            "wanted_text": wanted,
            "to": self.folder / "G",
            "directory": False,
            "home": "us-west-2",
            "config_regions": REGIONS,
            "again": "waybill download ...",
        }
        return download(DownloadRequest(**asked | changes), self.stand.tools(gateway, cancellation))

    def end(self, wanted: str = "1.2.3", **changes: Any) -> Result | WaybillError:
        """Download, and return how it ended, whichever way."""
        try:
            return self.run(wanted, **changes)
        except WaybillError as error:
            return error

    def names(self) -> list[str]:
        """Return what lies in the folder, temporary names too."""
        return sorted(path.name for path in self.folder.iterdir())

    def streamed(self) -> list[str]:
        """Return the regions of which the artifact's bytes were asked, in order, each once."""
        calls = self.stand.world.calls.log()
        return list(dict.fromkeys(call.region for call in calls if call.call == "stream"))

    def plant(self, *regions: str, body: bytes = BODY, version: str = "1.2.3", **changes: Any) -> None:
        """Have a version staged whole in these regions, in all where none is named."""
        for region in regions or REGIONS:
            plant_whole(self.stand.world, region, body, version, **changes)

    def put(self, region: str, body: bytes, key: str = KEY, sha256: str | None = None) -> None:
        """Put any object into a region's bucket, over what is there."""
        self.stand.world.plant(bucket_name(PRODUCTION, region), key, body, sha256=sha256)

    def remove(self, key: str = KEY, *regions: str) -> None:
        """Delete an object in these regions, in all where none is named."""
        for region in regions or REGIONS:
            self.stand.world.delete(bucket_name(PRODUCTION, region), key)

    def name(self, version: str, *regions: str) -> None:
        """Let the channel name a version."""
        for region in regions or REGIONS:
            self.stand.world.set_parameter(region, PRODUCTION, CHANNEL, version)
