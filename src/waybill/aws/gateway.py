"""From the credentials at hand to the target account: the runner's token, then the role, narrowed on the way."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from waybill.aws.account import AwsAccount, Told
from waybill.aws.calls import Calls
from waybill.aws.meanings import Asked
from waybill.aws.roles import Assumed, RoleAssumer
from waybill.aws.sessions import Session
from waybill.domain.arns import Caller, RoleArn
from waybill.domain.identity import Identity
from waybill.retry import Retry


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the gateway works with. `id_token` fetches the runner's OIDC token for an audience; `mask` hides a secret
    from the log before it is used; `warn` tells the person; `told` hears of waits; `check` raises when cancelled."""

    id_token: Callable[[str], str]
    mask: Callable[[str], object]
    warn: Callable[[str], None]
    told: Told
    check: Callable[[], None]
    retry: Retry


class AwsGateway:
    """Implements `ports.Gateway`."""

    def __init__(self, base: Session, identity: Identity, surroundings: Surroundings, *, region: str) -> None:
        """`base` holds the ambient credentials; `region` is where STS is asked."""
        self._base = base
        self._identity = identity
        self._around = surroundings
        self._region = region
        retry = surroundings.retry
        self._calls = Calls(retry).telling(lambda error, wait, left: surroundings.told(region, error, wait, left))
        self._first: tuple[Session, str] | None = None
        # Kept, because an assumer learns what its role refuses: it is asked, and the person told, once.
        self._assumers: dict[str, RoleAssumer] = {}

    def enter(self, policy: str) -> AwsAccount:
        """Return the target account under a session policy (JSON), assuming the roles that are to be assumed.

        Ambient credentials cannot be narrowed; then the policy has no effect. Entering again assumes the last role
        again, with the new policy.
        """
        identity = self._identity
        if identity.role is not None:
            session, caller = self._start()
            assumed = self._kept(identity.role, lambda role: self._assumer(session, role, caller)).assume(policy)
            return self._account(self._assuming(session, identity.role, assumed), assumed.caller)
        if identity.oidc_role is not None:
            assumed = self._kept(identity.oidc_role, self._web_assumer).assume(policy)
            return self._account(self._assuming(self._base, identity.oidc_role, assumed), assumed.caller)
        session, caller = self._start()
        return self._account(session, caller)

    def _kept(self, role: RoleArn, make: Callable[[RoleArn], RoleAssumer]) -> RoleAssumer:
        if role.text not in self._assumers:
            self._assumers[role.text] = make(role)
        return self._assumers[role.text]

    def _start(self) -> tuple[Session, str]:
        """Return the session from which the last role is assumed, and who that is."""
        if self._first is None:
            identity = self._identity
            if identity.oidc_role is not None and identity.role is not None:
                assumed = self._web_assumer(identity.oidc_role).assume(_only_assume(identity.role))
                self._first = self._assuming(self._base, identity.oidc_role, assumed), assumed.caller
            elif identity.role is not None:
                self._first = self._base, ""
            else:
                self._first = self._base, self._ask_caller(self._base)
        return self._first

    def _ask_caller(self, session: Session) -> str:
        asked = Asked(action="sts:GetCallerIdentity", resource="*", where=f"STS in {self._region}")
        answer = self._calls.perform(asked, lambda: session.client("sts", self._region).get_caller_identity())
        return str(answer["Arn"])

    def _assumer(self, session: Session, role: RoleArn, caller: str) -> RoleAssumer:
        identity = self._identity
        arguments: dict[str, Any] = {"RoleArn": role.text, "RoleSessionName": identity.role_session_name}
        arguments["DurationSeconds"] = identity.role_duration
        if identity.role_external_id:
            arguments["ExternalId"] = identity.role_external_id
        return RoleAssumer(
            lambda **more: session.client("sts", self._region).assume_role(**arguments, **more),
            self._calls.as_caller(caller),
            action="sts:AssumeRole",
            role=role,
            tags=identity.tags,
            source_identity=identity.source_identity,
            warn=self._around.warn,
            mask=self._around.mask,
            external_id=identity.role_external_id,
        )

    def _web_assumer(self, role: RoleArn) -> RoleAssumer:
        identity = self._identity

        def ask(**more: Any) -> Any:
            token = self._around.id_token(identity.audience)
            self._around.mask(token)
            return self._base.anonymous_client("sts", self._region).assume_role_with_web_identity(
                RoleArn=role.text,
                RoleSessionName=identity.role_session_name,
                DurationSeconds=identity.role_duration,
                WebIdentityToken=token,
                **more,
            )

        return RoleAssumer(
            ask,
            self._calls,
            action="sts:AssumeRoleWithWebIdentity",
            role=role,
            warn=self._around.warn,
            mask=self._around.mask,
        )

    @staticmethod
    def _assuming(session: Session, role: RoleArn, assumed: Assumed) -> Session:
        return session.assuming(role.text, assumed.again, assumed.credentials)

    def _account(self, session: Session, caller: str) -> AwsAccount:
        return AwsAccount(
            session,
            self._calls.as_caller(caller),
            Caller(caller, caller.split(":")[4]),
            told=self._around.told,
            check=self._around.check,
        )


def _only_assume(role: RoleArn) -> str:
    actions = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]
    statement = {"Effect": "Allow", "Action": actions, "Resource": role.text}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, separators=(",", ":"))
