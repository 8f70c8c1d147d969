"""What a person asks of the verbs of `access`: parsed, and valid. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from waybill.domain.access.grants import Access
from waybill.domain.iam.documents import Kind
from waybill.domain.iam.question import Policies, Question
from waybill.domain.identity import Identity
from waybill.domain.setup.estate import Member
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainRequest:
    """What is asked of `access explain`. `given` are policies from files, of the kinds in `stated`: nobody reads those.

    `ways` are accounts with the roles that lead into them, `session` how those are assumed, or the runner's own role.
    `region` is where that is asked which has none, empty where nobody says. `offline`: no account is asked.
    """

    question: Question
    given: Policies
    stated: frozenset[Kind]
    ways: tuple[Member, ...] = ()
    session: Identity = field(default_factory=Identity)
    region: str = ""
    offline: bool = False
