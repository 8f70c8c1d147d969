"""The run of `download`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from waybill.commands.download import download
from waybill.compose import Shop
from waybill.domain.download import Downloaded
from waybill.domain.result import Result
from waybill.errors import Fault
from waybill.inputs import download as inputs
from waybill.routes.workbench import Workbench


def run(values: Mapping[str, str], faults: Sequence[Fault], shop: Shop) -> Result:
    """Read the inputs and download; what is new belongs to the workspace's owner then."""
    bench, face = Workbench(shop), shop.face
    environ = face.environ
    home = environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or None
    disk = inputs.Disk(folder=face.workspace, confined=face.give is not None)
    request = inputs.read(values, bench.surroundings(), faults, disk=disk, home=home)
    missing = [path for path in (request.to, *request.to.parents) if not path.exists()]
    result = download(request, bench.tools(request.config_regions))
    if face.give is not None and isinstance(result.body, Downloaded):
        face.give(missing[-1] if missing else Path(face.workspace, result.body.path))
    return result
