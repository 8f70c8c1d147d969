"""One command under way: what was asked, where, what is planned and what was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from waybill.commands.account.observe import Site
from waybill.commands.account.target import Target
from waybill.commands.release.watch import Watch
from waybill.commands.tools import Tools
from waybill.domain.names import channel_parameter
from waybill.domain.plan import Plan
from waybill.domain.request import Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """`sites` are the regions that could be observed; `watch` knows what is written there."""

    request: Request
    target: Target
    plan: Plan
    sites: Mapping[str, Site]
    tools: Tools
    watch: Watch

    @property
    def parameter(self) -> str:
        """The name of the channel's parameter."""
        return channel_parameter(self.target.organisation.parameter_prefix, self.request.project, self.request.channel)

    @property
    def count(self) -> int:
        """How many regions there are."""
        return len(self.plan.regions)

    @property
    def enough(self) -> int:
        """How many of them must succeed."""
        return self.request.require.count(self.count)
