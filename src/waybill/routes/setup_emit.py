"""The run of `setup emit`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from waybill.commands.setup.emit import EmitRequest, emit
from waybill.compose import Shop
from waybill.domain.result import Result
from waybill.errors import Fault
from waybill.inputs import setup_emit as inputs
from waybill.routes.folder import DiskFolder
from waybill.routes.package_files import PackageTemplates
from waybill.routes.workbench import Workbench


def run(values: Mapping[str, str], faults: Sequence[Fault], shop: Shop) -> Result:
    """Read the file and write the directory, which belongs to the workspace's owner then."""
    face = shop.face
    around = Workbench(shop).surroundings()
    estate, directory, force = inputs.read(values, around, face.workspace, faults, confined=face.give is not None)
    target = Path(face.workspace, directory)
    missing = [folder for folder in (target, *target.parents) if not folder.exists()]
    request = EmitRequest(estate=estate, directory=directory.rstrip("/") or directory, force=force)
    result = emit(request, DiskFolder(target), PackageTemplates(), shop.clock)
    if face.give is not None:
        face.give(missing[-1] if missing else target)
    return result
