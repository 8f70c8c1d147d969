"""Assuming a role: tags and source identity where the trust policy allows them, without them where it does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from waybill.aws.calls import Calls
from waybill.aws.codes import DENIED
from waybill.aws.denials import denial
from waybill.aws.meanings import Asked
from waybill.domain.arns import RoleArn
from waybill.errors import AccessDenied, IdentityError

TOO_LARGE = frozenset({"PackedPolicyTooLarge", "PackedPolicyTooLargeException"})


@dataclass(frozen=True, slots=True)
class Assumed:
    """A role's session: its first credentials, who it is, and how to ask again for the same."""

    credentials: dict[str, str]
    caller: str
    again: Callable[[], dict[str, str]]


class RoleAssumer:
    """Assumes one role. `ask` makes the STS call, given the policy, the tags and the source identity."""

    def __init__(
        self,
        ask: Callable[..., Any],
        calls: Calls,
        *,
        action: str,
        role: RoleArn,
        warn: Callable[[str], None],
        mask: Callable[[str], object],
        tags: tuple[tuple[str, str], ...] = (),
        source_identity: str | None = None,
        external_id: str | None = None,
    ) -> None:
        self._ask = ask
        self._calls = calls
        self._asked = Asked(action=action, resource=role.text, where=f"role {role}")
        self._role = role
        self._warn = warn
        self._mask = mask
        self._tags = list(tags)
        self._source_identity = source_identity
        self._external_id = external_id

    def assume(self, policy: str) -> Assumed:
        """Return the session under this session policy. Raises `IdentityError` when the role refuses us."""
        answer = self._try(policy)
        return Assumed(
            self._credentials(answer),
            str(answer["AssumedRoleUser"]["Arn"]),
            lambda: self._credentials(self._renewed(policy)),
        )

    def _renewed(self, policy: str) -> Any:
        try:
            return self._once(policy)
        except _DeniedError as error:
            raise self._refused(error) from error

    def _try(self, policy: str) -> Any:
        """Ask; leave out tags one by one while the packed policy is too large, and all extras once when refused."""
        while True:
            try:
                return self._once(policy)
            except _TooLargeError as error:
                if not self._tags:
                    raise IdentityError(error.what, "Shorten the project's name or the prefixes.") from error
                dropped, _ = self._tags.pop()
                self._warn(f"The session policy and tags of {self._role} are too large; left out the tag {dropped}.")
            except _DeniedError as error:
                if not self._tags and self._source_identity is None:
                    raise self._refused(error) from error
                return self._forget_extras(policy, error)

    def _forget_extras(self, policy: str, denied: _DeniedError) -> Any:
        tags, self._tags = self._tags, []
        identity, self._source_identity = self._source_identity, None
        try:
            answer = self._once(policy)
        except _DeniedError as error:
            # What is refused without them is what is wrong.
            self._tags, self._source_identity = tags, identity
            raise self._refused(error) from denied
        wanted = [*(["sts:TagSession"] if tags else []), *(["sts:SetSourceIdentity"] if identity else [])]
        self._warn(
            f"{self._role} does not let its sessions be tagged, so CloudTrail will not name the repository and run. "
            f"Add {' and '.join(wanted)} beside sts:AssumeRole in its trust policy and in the caller's policy, or say "
            "`session-tags: false`."
        )
        return answer

    def _once(self, policy: str) -> Any:
        more: dict[str, Any] = {"Policy": policy} if policy else {}
        if self._tags:
            more["Tags"] = [{"Key": name, "Value": value} for name, value in self._tags]
        if self._source_identity is not None:
            more["SourceIdentity"] = self._source_identity

        def ask() -> Any:
            try:
                return self._ask(**more)
            except ClientError as error:
                code = str(error.response["Error"]["Code"])
                message = str(error.response["Error"].get("Message", code))
                if code in DENIED:
                    raise _DeniedError(message) from error
                if code in TOO_LARGE:
                    raise _TooLargeError(f"{self._role}: {message}") from error
                if code in REFUSALS:
                    raise IdentityError(
                        f"{self._role} cannot be assumed: {message} ({code})", REFUSALS[code]
                    ) from error
                raise

        return self._calls.perform(self._asked, ask)

    def _credentials(self, answer: Any) -> dict[str, str]:
        found = answer["Credentials"]
        for secret in (found["SecretAccessKey"], found["SessionToken"]):
            self._mask(secret)
        return {
            "access_key": found["AccessKeyId"],
            "secret_key": found["SecretAccessKey"],
            "token": found["SessionToken"],
            "expiry_time": found["Expiration"].isoformat(),
        }

    def _refused(self, error: _DeniedError) -> AccessDenied:
        action, role = self._asked.action, self._asked.resource
        if action == "sts:AssumeRole":
            given = "it may ask for is the one" if self._external_id else "is not asked for, since none was"
            checks = [
                "the role exists and its trust policy names the caller",
                f"an external id {given} given as `role-external-id`",
            ]
        else:
            checks = [
                "the role's trust policy names GitHub's OIDC provider, and that provider exists in the account",
                "the condition on `token.actions.githubusercontent.com:sub` fits this job: "
                "`repo:OWNER/REPO:environment:ENV` when it has an environment, else `:pull_request`, else `:ref:REF`; "
                "repositories created, renamed or moved since 2026-07-15 say `repo:OWNER@ID/REPO@ID:...`",
                "the condition on `:aud` fits `audience`",
            ]
        hint = f"Check that {'; that '.join(checks)}."
        return denial(action, role, f"{role} cannot be assumed", error.what, self._calls.caller, hints=[hint])


class _DeniedError(IdentityError):
    """STS said no; it may be for the tags."""


class _TooLargeError(IdentityError):
    """The session policy and the tags together pass STS's packed limit."""


REFUSALS = {
    "InvalidIdentityToken": "Check the OIDC provider in the account, and `audience` against its client ids.",
    "InvalidIdentityTokenException": "Check the OIDC provider in the account, and `audience` against its client ids.",
    "IDPRejectedClaim": "The token was refused: check `audience`.",
    "IDPRejectedClaimException": "The token was refused: check `audience`.",
    "MalformedPolicyDocument": "This is a bug in Waybill's session policy; please report it.",
    "MalformedPolicyDocumentException": "This is a bug in Waybill's session policy; please report it.",
    "NoSuchEntity": "Check the role's name and account.",
    "ValidationError": "Check `role`, `role-external-id`, and `role-duration`: a role assumed from another role's "
    "session lasts at most 3600 seconds, and no role longer than its own maximum.",
    "RegionDisabledException": "Activate STS in this region, or set AWS_REGION to one where it is active.",
}
