"""The run of `stage`."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from waybill.cancel import Cancellation
from waybill.commands.stage import stage
from waybill.compose import Shop
from waybill.domain.result import Result
from waybill.errors import Fault
from waybill.inputs import stage as inputs
from waybill.packing import Packed, Selection, pack
from waybill.progress import Asked, Warned
from waybill.routes.workbench import Workbench


def run(values: Mapping[str, str], faults: Sequence[Fault], shop: Shop) -> Result:
    """Read the inputs and stage."""
    bench = Workbench(shop)
    request, selection = inputs.read(values, bench.surroundings(), faults)
    shop.journal.tell(Asked(request))
    if selection is not None and selection.compress_ignored:
        shop.journal.tell(Warned("`compress` has no effect on a single file: its bytes are never changed."))
    tools = bench.tools(request.config_regions)
    scratch = tempfile.TemporaryDirectory(prefix="waybill-", dir=shop.face.scratch)
    with scratch as folder, _removed(folder, shop.cancellation):
        return stage(request, _packer(selection, Path(folder), request.project, shop.cancellation.check), tools)


def _removed(scratch: str, cancellation: Cancellation) -> AbstractContextManager[None]:
    """Have the folder removed even where the work is stuck and is left."""
    return cancellation.guard(lambda: shutil.rmtree(scratch, ignore_errors=True))


def _packer(
    selection: Selection | None, scratch: Path, project: str, check: Callable[[], None]
) -> Callable[[], Packed] | None:
    if selection is None:
        return None
    return lambda: pack(selection, scratch=scratch, default_name=f"{project}.zip", check=check)
