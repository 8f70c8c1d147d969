"""What a person asks of the verbs of `access`: parsed, and valid. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from waybill.domain.access.grants import Access
from waybill.domain.setup.requests import Members


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRequest(Members):
    """What is asked of `access plan` and `access apply`. `plan_digest`: that of the one plan that is approved.

    `yes`: nobody is asked. `again` is the command that finishes what is left.
    """

    access: Access = field()
    yes: bool = False
    plan_digest: str | None = None
    again: str = ""

    @property
    def names(self) -> dict[str, str]:
        """The accounts' names by their numbers."""
        return self.access.names


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowRequest(Members):
    """What is asked of `access show`: the policies of the accounts in `among`."""

    access: Access = field()


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveRequest(Members):
    """What is asked of `access remove`: to take back grants, by their names, in the file or not; or all of ours.

    `yes`: nobody is asked. `again` is the command that does it.
    """

    access: Access = field()
    grants: tuple[str, ...] = ()
    everything: bool = False
    yes: bool = False
    again: str = ""
