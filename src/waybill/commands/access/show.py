"""access show: the policies of every account and region, as they are."""

from __future__ import annotations

from dataclasses import replace

from waybill.commands.access.scene import has_ours, look
from waybill.commands.tools import Tools
from waybill.domain.access.refs import Live, Ref
from waybill.domain.access.requests import ShowRequest
from waybill.domain.access.shown import AccessShown, ShownDocument
from waybill.domain.result import Outcome, Result
from waybill.errors import ExitCode
from waybill.progress import Started


def show(request: ShowRequest, tools: Tools) -> Result:
    """Show every document that grants may be in, whether they are or not; of roles those that matter."""
    started = tools.clock.monotonic()
    tools.reporter.tell(Started("Looking at policies"))
    named = {grant.through.text for grant in request.access.grants if grant.through}
    prefix = request.estate.prefixes.role

    def matters(ref: Ref, live: Live) -> bool:
        return has_ours(live) or ref.arn in named or ref.name.rpartition("/")[2].startswith(prefix)

    scene = look(request, replace(request.access, grants=()), tools, writes=False, roles=matters)
    shown = (ShownDocument(ref=ref, live=scene.documents[ref]) for ref in sorted(scene.documents))
    return Result(
        command="access show",
        outcome=Outcome.ALREADY,
        changed=False,
        exit_code=ExitCode.OK,
        seconds=tools.clock.monotonic() - started,
        body=AccessShown(documents=tuple(shown)),
    )
