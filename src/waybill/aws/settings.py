"""What an account itself is like: IAM's and Account Management's answers. Both have one endpoint in each partition."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from waybill.aws.calls import Calls
from waybill.aws.meanings import Asked
from waybill.domain.setup.checking import AccessKey, PasswordPolicy
from waybill.errors import ConflictError

HOMES = {"aws-cn": "cn-northwest-1", "aws-us-gov": "us-gov-west-1"}
"""The region of a partition's one endpoint, where it is not us-east-1."""


ALIAS_TAKEN = "taken"


class AwsSettings:
    """Implements `ports.Settings`. `client` makes the client of a service when it is first needed."""

    def __init__(self, client: Callable[[str], Any], calls: Calls, *, partition: str, account: str) -> None:
        self._client = client
        self._calls = calls
        self._partition = partition
        self._account = account

    def aliases(self) -> Sequence[str]:
        """Return the account's aliases."""
        answer = self._perform("iam:ListAccountAliases", lambda: self._client("iam").list_account_aliases())
        return [str(one) for one in answer.get("AccountAliases", [])]

    def set_alias(self, alias: str) -> None:
        """Give the account an alias, in the place of the one that it has."""
        taken = self._perform(
            "iam:CreateAccountAlias",
            lambda: self._client("iam").create_account_alias(AccountAlias=alias),
            {"EntityAlreadyExists": ALIAS_TAKEN, "EntityAlreadyExistsException": ALIAS_TAKEN},
        )
        if taken == ALIAS_TAKEN:
            what = f"The alias {alias} is another account's: aliases are one's alone in all of AWS."
            raise ConflictError(what, "Choose another `alias` in the file.")

    def summary(self) -> Mapping[str, int]:
        """Return IAM's numbers of the account."""
        answer = self._perform("iam:GetAccountSummary", lambda: self._client("iam").get_account_summary())
        return {str(name): int(number) for name, number in answer.get("SummaryMap", {}).items()}

    def password_policy(self) -> PasswordPolicy | None:
        """Return what users' passwords must be; None where nobody said."""
        answer = self._perform(
            "iam:GetAccountPasswordPolicy",
            lambda: self._client("iam").get_account_password_policy(),
            {"NoSuchEntity": None, "NoSuchEntityException": None},
        )
        return PasswordPolicy(length=int(answer["PasswordPolicy"].get("MinimumPasswordLength", 6))) if answer else None

    def access_keys(self) -> Sequence[AccessKey]:
        """Return the access keys of all users."""
        users = self._pages("iam:ListUsers", "Users", lambda **more: self._client("iam").list_users(**more))
        return [key for user in list(users) for key in self._keys_of(str(user["UserName"]))]

    def billing_contact(self) -> str | None:
        """Return who is written to about bills."""
        answer = self._perform(
            "account:GetAlternateContact",
            lambda: self._client("account").get_alternate_contact(AlternateContactType="BILLING"),
            {"ResourceNotFoundException": None},
        )
        if answer is None:
            return None
        contact = answer["AlternateContact"]
        return ", ".join(filter(None, (contact.get("Name"), contact.get("Title")))) or str(contact["EmailAddress"])

    def _keys_of(self, user: str) -> Iterator[AccessKey]:
        found = self._pages(
            "iam:ListAccessKeys",
            "AccessKeyMetadata",
            lambda **more: self._client("iam").list_access_keys(UserName=user, **more),
        )
        for one in found:
            yield AccessKey(
                user=user,
                id=str(one["AccessKeyId"]),
                active=one.get("Status") == "Active",
                created=_text(one["CreateDate"]),
            )

    def _pages(self, action: str, name: str, ask: Callable[..., Any]) -> Iterator[Mapping[str, Any]]:
        more: dict[str, str] = {}
        while True:
            given = dict(more)
            answer = self._perform(action, lambda given=given: ask(**given))  # type: ignore[misc]
            yield from answer.get(name, [])
            if not answer.get("IsTruncated"):
                return
            more = {"Marker": answer["Marker"]}

    def _perform(self, action: str, call: Callable[[], Any], answers: Mapping[str, Any] | None = None) -> Any:
        service = action.partition(":")[0]
        resource = f"arn:{self._partition}:{service}::{self._account}:*"
        asked = Asked(action=action, resource=resource, where=f"account {self._account}")
        return self._calls.hasty().perform(asked, call, answers)


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
