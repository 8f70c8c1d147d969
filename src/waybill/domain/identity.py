"""Who a run is to be: the roles, and what goes into their sessions."""

from __future__ import annotations

import re
from dataclasses import dataclass

from waybill.domain.arns import RoleArn
from waybill.domain.waybill import Origin

CHAINED_SECONDS = 3600
"""A chained role session lasts at most one hour, whatever the role's maximum."""

TAGS_IN_ORDER_OF_WORTH = ("Repository", "Sha", "RunId", "Ref", "Actor", "Workflow")
"""Session tags. Where the packed policy is too large, the last one goes first."""

_SESSION_NAME = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)
_NOT_IN_NAMES = re.compile(r"[^\w+=,.@-]", re.ASCII)
_NOT_IN_TAGS = re.compile(r"[^\w .:/=+@-]", re.ASCII)
_EXTERNAL_ID = re.compile(r"[\w+=,.@:/-]{2,1224}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The roles to assume, in order: `oidc_role` with the runner's token, then `role` from there."""

    oidc_role: RoleArn | None = None
    audience: str = "sts.amazonaws.com"
    role: RoleArn | None = None
    role_external_id: str | None = None
    role_session_name: str = "waybill"
    role_duration: int = CHAINED_SECONDS
    expected_account: str | None = None
    tags: tuple[tuple[str, str], ...] = ()
    source_identity: str | None = None

    @property
    def account(self) -> str | None:
        """The account that the run must end up in, where anything says (P7)."""
        if self.expected_account:
            return self.expected_account
        last = self.role or self.oidc_role
        return last.account if last else None


def is_session_name(text: str) -> bool:
    """Whether STS takes this as a session's name."""
    return _SESSION_NAME.fullmatch(text) is not None


def is_external_id(text: str) -> bool:
    """Whether STS takes this as an external id."""
    return _EXTERNAL_ID.fullmatch(text) is not None


def session_name(origin: Origin) -> str:
    """Return the default name of a role's session: it leads from CloudTrail to the run."""
    return _NOT_IN_NAMES.sub("-", f"waybill-{origin.run_id}" if origin.run_id else "waybill")[:64]


def source_identity(origin: Origin) -> str | None:
    """Return who is behind the run, as STS takes it; None where nobody is known. `dependabot[bot]` is sanitised."""
    name = _NOT_IN_NAMES.sub("-", origin.actor)[:64]
    return name if len(name) >= 2 else None


def session_tags(origin: Origin) -> tuple[tuple[str, str], ...]:
    """Return the session tags of a run, the most worth having first; unknown ones are left out."""
    values = {
        "Repository": origin.repository,
        "Sha": origin.commit,
        "RunId": origin.run_id,
        "Ref": origin.ref,
        "Actor": origin.actor,
        "Workflow": origin.workflow,
    }
    return tuple((name, _NOT_IN_TAGS.sub("-", values[name])[:256]) for name in TAGS_IN_ORDER_OF_WORTH if values[name])
