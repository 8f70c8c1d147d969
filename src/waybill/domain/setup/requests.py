"""What a person asks of the verbs that go into the accounts of `waybill.yaml`: parsed, and valid."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from waybill.domain.identity import Identity
from waybill.domain.setup.configuration.rows import Asked
from waybill.domain.setup.estate import Estate, Member


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """The file's accounts that a run goes into (`among`, in its order), and the sessions there: each has its role."""

    estate: Estate
    among: tuple[Member, ...]
    session: Identity = field(default_factory=Identity)

    def identity(self, member: Member) -> Identity:
        """Return who a run is in one of the accounts, and that it is that account (P7)."""
        return replace(self.session, role=member.role, role_external_id=member.external_id, expected_account=member.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigurationRequest(Members):
    """What is asked of `setup configuration`. `again` is the command that does what is shown, or finishes it."""

    asked: Asked = field(default_factory=Asked)
    yes: bool = False
    check: bool = False
    again: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyRequest(Members):
    """What is asked of `setup plan` and `setup apply`. `plan_digest`: that of the one plan that is approved.

    `yes`: nobody is asked. `delete_data`: the projects whose data goes with what the file no longer has. `access_key`
    is the id of the key that the run itself begins with, or empty.
    """

    yes: bool = False
    plan_digest: str | None = None
    delete_data: tuple[str, ...] = ()
    access_key: str = ""
    again: str = ""
