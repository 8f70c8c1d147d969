"""STS as the sandbox answers: roles exist, trust policies are read, durations and session policies have limits.

https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

from moto.core.common_types import TYPE_RESPONSE
from moto.core.responses import ActionResult
from moto.iam.models import Role, iam_backends
from moto.sts import urls
from moto.sts.models import sts_backends
from moto.sts.responses import TokenResponse

from waybill.domain.iam.context import Context, Value
from waybill.domain.iam.policies import Decision
from waybill.sandbox.engine import judging, web_identity
from waybill.sandbox.engine.refusals import Refusal, access_denied, rendered

_ROLE_ARN: Final = re.compile(r"arn:aws:iam::(\d{12}):role/.+\Z")
_CHAINED_SECONDS: Final = 3600
_LONGEST_POLICY: Final = 2048
_MOST_TAGS: Final = 50


class StrictSts(TokenResponse):
    """Requests to STS, one instance a request."""

    def call_action(self) -> TYPE_RESPONSE:
        """Answer one request; refusals in STS's form."""
        try:
            return super().call_action()
        except Refusal as refusal:
            return rendered(refusal, "sts")

    def get_caller_identity(self) -> ActionResult:
        """GetCallerIdentity: users, role sessions, and root."""
        user_id, arn, account = self._caller()
        return ActionResult({"UserId": user_id, "Account": account, "Arn": arn})

    def assume_role(self) -> ActionResult:
        """AssumeRole: for whom the role's trust policy allows, external id, tags and source identity included."""
        caller = self._caller()[1]
        if caller.endswith(":root"):
            raise access_denied("Roles may not be assumed by root accounts.")
        self._check_trust(caller, "sts:AssumeRole", self._context())
        self._check_request(chained=":assumed-role/" in caller)
        return self._with_source_identity(super().assume_role())

    def assume_role_with_web_identity(self) -> ActionResult:
        """AssumeRoleWithWebIdentity: for a role that trusts the token's provider and what it says; never verified."""
        role = _ROLE_ARN.match(self._get_param("RoleArn", ""))
        token = web_identity.read(self._get_param("WebIdentityToken", ""))
        if role is not None:
            token.check(iam_backends[role[1]]["aws"].open_id_providers, role[1])
        context = Context({**self._context().values, **token.claims()}, token.families, token.grants)
        provider = token.provider(role[1]) if role is not None else ""
        self._check_trust("", "sts:AssumeRoleWithWebIdentity", context, provider)
        self._check_request(chained=False)
        return self._with_source_identity(super().assume_role_with_web_identity())

    def _caller(self) -> tuple[str, str, str]:
        access_key = self.get_access_key()
        identity = self.backend.get_caller_identity(access_key, self.region)
        if is_root(self.current_account, access_key):
            return self.current_account, arn_of(self.current_account, access_key), self.current_account
        return identity

    def _context(self) -> Context:
        """Return what the request says of itself in a trust policy's conditions."""
        tags = {str(tag["Key"]): str(tag["Value"]) for tag in self._get_param("Tags") or []}
        seconds = self._get_param("DurationSeconds")
        values: dict[str, Value] = {
            "sts:externalid": self._get_param("ExternalId"),
            "sts:rolesessionname": self._get_param("RoleSessionName"),
            "sts:sourceidentity": self._get_param("SourceIdentity"),
            "sts:durationseconds": None if seconds is None else str(seconds),
            "sts:transitivetagkeys": tuple(self._get_param("TransitiveTagKeys") or ()),
            "aws:tagkeys": tuple(tags),
        }
        named = {f"aws:requesttag/{name.lower()}": value for name, value in tags.items()}
        return Context({**values, **named}, families=("aws:requesttag/",))

    def _check_trust(self, caller: str, action: str, context: Context, provider: str = "") -> None:
        arn = self._get_param("RoleArn", "")
        for needed in (action, *self._also_needed()):
            account = self.current_account
            if not _allows(arn, needed, caller=caller, account=account, context=context, provider=provider):
                who = f"User: {caller} is not" if caller else "Not"
                on = f" on resource: {arn}" if caller else ""
                raise access_denied(f"{who} authorized to perform: {needed}{on}")

    def _also_needed(self) -> list[str]:
        tags, source = self._get_param("Tags"), self._get_param("SourceIdentity")
        return [name for name, given in (("sts:TagSession", tags), ("sts:SetSourceIdentity", source)) if given]

    def _check_request(self, *, chained: bool) -> None:
        seconds = self._get_int_param("DurationSeconds", _CHAINED_SECONDS)
        role = _find_role(self._get_param("RoleArn", ""))
        longest = int(role.max_session_duration or _CHAINED_SECONDS) if role else _CHAINED_SECONDS
        if chained and seconds > _CHAINED_SECONDS:
            raise _invalid(
                "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
            )
        if seconds > longest:
            raise _invalid("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
        if len(self._get_param("Tags") or []) > _MOST_TAGS:
            raise _invalid("1 validation error detected: Value at 'tags' failed to satisfy constraint")
        _check_policy(self._get_param("Policy"))

    def _with_source_identity(self, answer: ActionResult) -> ActionResult:
        result: Any = answer.result
        source = self._get_param("SourceIdentity")
        if source:
            result["SourceIdentity"] = source
        result["AssumedRoleUser"]["AssumedRoleId"] = result["Credentials"].user_id
        return answer


def install() -> None:
    """Let `StrictSts` answer STS's requests."""
    for pattern in urls.url_paths:
        urls.url_paths[pattern] = StrictSts.dispatch


def arn_of(account: str, access_key: str) -> str:
    """Return the ARN of whoever has `access_key` in `account`: a user, a role's session, or root."""
    if is_root(account, access_key):
        return f"arn:aws:iam::{account}:root"
    return str(sts_backends[account]["aws"].get_caller_identity(access_key, "us-east-1")[1])


def may_assume(role_arn: str, caller: str, account: str, *, source: str | None = None) -> bool:
    """Tell whether a role exists and trusts `caller`: an ARN of `account`, or a service on behalf of `source`.

    `source` is the ARN of what the service works for.
    """
    if not _ROLE_ARN.match(role_arn):
        return False
    values: dict[str, Value] = {"sts:externalid": None}
    if source is not None:
        values |= {"aws:sourcearn": source, "aws:sourceaccount": source.split(":")[4]}
    return _allows(role_arn, "sts:AssumeRole", caller=caller, account=account, context=Context(values))


def is_root(account: str, access_key: str) -> bool:
    """Tell whether `access_key` is the account's own: a long-lived key that belongs to no user."""
    key = iam_backends[account]["aws"].access_keys.get(access_key)
    return key is not None and key.user_name is None and access_key.startswith("AKIA")


def _allows(role_arn: str, action: str, *, caller: str, account: str, context: Context, provider: str = "") -> bool:
    role = _find_role(role_arn)
    if role is None:
        return False
    owned = context.within({"aws:resourceaccount": role_arn.split(":")[4]})
    said = judging.judge(
        role.assume_role_policy_document, action, caller=caller, account=account, context=owned, provider=provider
    )
    return said is Decision.ALLOWED


def _find_role(arn: str) -> Role | None:
    parts = _ROLE_ARN.match(arn)
    if parts is None:
        raise _invalid(f"{arn} is invalid")
    roles = iam_backends[parts[1]]["aws"].get_roles()
    return next((role for role in roles if role.arn == arn), None)


def _check_policy(policy: str | None) -> None:
    if policy is None:
        return
    if len(policy) > _LONGEST_POLICY:
        raise _invalid(
            "1 validation error detected: Value at 'policy' failed to satisfy constraint: Member must have length less "
            f"than or equal to {_LONGEST_POLICY}"
        )
    try:
        json.loads(policy)
    except ValueError:
        raise Refusal("MalformedPolicyDocument", "This policy contains invalid Json") from None


def _invalid(message: str) -> Refusal:
    return Refusal("ValidationError", message)
