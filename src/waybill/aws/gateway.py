"""From the credentials at hand to the target account: the runner's token, then the role, narrowed on the way."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ConnectionError, HTTPClientError

from waybill.aws.account import AwsAccount, Told
from waybill.aws.calls import Calls
from waybill.aws.denials import Decode
from waybill.aws.meanings import Asked
from waybill.aws.roles import Assumed, RoleAssumer
from waybill.aws.sessions import Session
from waybill.domain.arns import FIRST_REGIONS, Caller, RoleArn, partition_of
from waybill.domain.identity import Identity
from waybill.errors import IdentityError, InputError, Unavailable
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

    def __init__(
        self, base: Session, identity: Identity, surroundings: Surroundings, *, regions: Sequence[str]
    ) -> None:
        """`base` holds the ambient credentials; `regions` are where STS may be asked, the first that answers."""
        self._base = base
        self._identity = identity
        self._around = surroundings
        self._regions = deque(sts_regions(regions, identity))
        retry = surroundings.retry
        self._calls = Calls(retry).telling(lambda error, wait, left: surroundings.told("STS", error, wait, left))
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

    def _decoder(self) -> Decode | None:
        """Return what opens encoded messages: the credentials at hand, which no session policy narrows.

        None where a token stands for them: the sessions that it gives may not, since no run needs it (P8).
        """
        return None if self._identity.oidc_role else self._decoded

    def _decoded(self, encoded: str) -> str:
        asked = Asked(action="sts:DecodeAuthorizationMessage", resource="*", where="STS")

        def ask(sts: Any) -> Any:
            return sts.decode_authorization_message(EncodedMessage=encoded)

        try:
            answer = self._calls.once(asked, lambda: self._sts(ask, self._base.client))
        except (IdentityError, InputError, Unavailable):
            # Few may; the refusal itself is the news, and says how to decode it.
            return ""
        return str(answer["DecodedMessage"])

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
        asked = Asked(action="sts:GetCallerIdentity", resource="*", where="STS")
        answer = self._calls.perform(asked, lambda: self._sts(lambda sts: sts.get_caller_identity(), session.client))
        return str(answer["Arn"])

    def _sts(self, call: Callable[[Any], Any], client: Callable[[str, str], Any]) -> Any:
        """Ask STS in the region whose turn it is; one that does not answer goes to the end, for the next try."""
        try:
            return call(client("sts", self._regions[0]))
        except (ConnectionError, HTTPClientError):
            self._regions.rotate(-1)
            raise

    def _assumer(self, session: Session, role: RoleArn, caller: str) -> RoleAssumer:
        identity = self._identity
        arguments: dict[str, Any] = {"RoleArn": role.text, "RoleSessionName": identity.role_session_name}
        arguments["DurationSeconds"] = identity.role_duration
        if identity.role_external_id:
            arguments["ExternalId"] = identity.role_external_id
        return RoleAssumer(
            lambda **more: self._sts(lambda sts: sts.assume_role(**arguments, **more), session.client),
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
            arguments = {
                "RoleArn": role.text,
                "RoleSessionName": identity.role_session_name,
                "DurationSeconds": identity.role_duration,
                "WebIdentityToken": token,
            }
            return self._sts(
                lambda sts: sts.assume_role_with_web_identity(**arguments, **more), self._base.anonymous_client
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
            self._calls.as_caller(caller).decoding(self._decoder()),
            Caller(caller, caller.split(":")[4]),
            told=self._around.told,
            check=self._around.check,
        )


def sts_regions(candidates: Sequence[str], identity: Identity) -> list[str]:
    """Return the regions of the role's partition, or that partition's first where none is named."""
    role = identity.oidc_role or identity.role
    partition = role.partition if role else None
    fitting = [region for region in dict.fromkeys(candidates) if partition in {None, partition_of(region)}]
    return fitting or [FIRST_REGIONS.get(partition or "aws", "us-east-1")]


def _only_assume(role: RoleArn) -> str:
    actions = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]
    statement = {"Effect": "Allow", "Action": actions, "Resource": role.text}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, separators=(",", ":"))
