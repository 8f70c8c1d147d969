"""Takes the channel back after a failed deploy that was rolled back: an ordinary rollback, with its events."""

from __future__ import annotations

from dataclasses import replace

from waybill.commands.deployment.record import Ledger
from waybill.commands.deployment.task import Channel
from waybill.commands.rollback import rollback
from waybill.commands.tools import Tools
from waybill.domain.channel import UpdateChannel
from waybill.domain.orders import RollbackOrder
from waybill.domain.request import Request
from waybill.domain.result import Outcome
from waybill.domain.versions import Version
from waybill.errors import ConflictError
from waybill.progress import Event, Reporter, Stepped, Waiting, Warned


def channel_back(request: Request, ledger: Ledger, tools: Tools) -> Channel:
    """Return what takes the channel back from the version of `request`; where it names another, it is left alone."""

    def back(version: Version) -> bool:
        named = {site.found.channel for site in ledger.sites.values()}
        if request.version.text not in named or version == request.version:
            return False
        order = RollbackOrder(
            project=request.project,
            channel=request.channel,
            place=request,
            to=version,
            reason=f"the deploy of {request.version} failed",
            only_from=request.version,
            request=lambda to: replace(
                request, command="rollback", version=to, update_channel=UpdateChannel.PRERELEASE, reinstate=False
            ),
        )
        result = rollback(order, replace(tools, reporter=_Inside(tools.reporter)))
        if result.outcome is not Outcome.ROLLED_BACK:
            said = result.error or f"it ended {result.outcome.value}"
            raise ConflictError(f"The channel {request.channel} did not go back to {version}: {said}", "Roll it back.")
        return True

    return back


class _Inside:
    """Implements `progress.Reporter`: of a command inside another it tells the steps, and neither beginning nor end."""

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter

    def tell(self, event: Event) -> None:
        if isinstance(event, Stepped | Waiting | Warned):
            self._reporter.tell(event)
