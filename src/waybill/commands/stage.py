"""stage: put a new version into every region of one account. Observe, plan, execute, report."""

from __future__ import annotations

from collections.abc import Callable

from waybill.commands.account.observe import observe
from waybill.commands.account.target import reach
from waybill.commands.account.wants import wants_of
from waybill.commands.release.material import from_build
from waybill.commands.release.staging import put_version, resume
from waybill.commands.tools import Tools
from waybill.domain.request import StageRequest
from waybill.domain.result import Result
from waybill.packing import Packed
from waybill.progress import Packed as PackedEvent
from waybill.progress import Started

Pack = Callable[[], Packed]
"""Makes the artifact's bytes ready; called when the account, the configuration and the inputs are known to be right."""


def stage(request: StageRequest, pack: Pack | None, tools: Tools) -> Result:
    """Stage one version. `pack` is None for `resume`, which takes the bytes from a region that is whole.

    Raises a `WaybillError` where no plan could be made; what was planned always ends in a `Result`.
    """
    if pack is None:
        return resume(request, tools)
    started = tools.clock.monotonic()
    tools.reporter.tell(Started(f"Staging {request.project} {request.version}"))
    target = reach(request, wants_of(request), tools)
    begun = tools.clock.monotonic()
    packed = pack()
    seconds = tools.clock.monotonic() - begun
    tools.reporter.tell(PackedEvent(packed.name, packed.size, packed.entries, seconds))
    with from_build(request, packed) as goods:
        return put_version(request, target, goods, observe(request, target, tools), tools, started=started)
