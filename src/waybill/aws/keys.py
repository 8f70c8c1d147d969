"""KMS of one region."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from waybill.aws.calls import Calls
from waybill.aws.meanings import Asked
from waybill.domain.arns import KeyArn
from waybill.errors import AccessDenied, Fault, InputError


class KmsKeys:
    """Implements `ports.Keys`. The client is made when it is first needed: most runs never ask KMS itself."""

    def __init__(self, client: Callable[[], Any], calls: Calls, *, region: str) -> None:
        self._client = client
        self._calls = calls
        self._region = region

    def resolve(self, key: KeyArn) -> KeyArn:
        """Return the ARN of the key itself. An ARN of a key is its own answer; an alias is looked up."""
        if not key.is_alias:
            return key
        asked = Asked(action="kms:DescribeKey", resource=key.text, where=f"key {key} in {self._region}")
        try:
            answer = self._calls.perform(
                asked, lambda: self._client().describe_key(KeyId=key.text), {"NotFoundException": None}
            )
        except AccessDenied as error:
            raise error.told(
                f"kms-key: {error.what}",
                f"Give the key's own ARN as `kms-key`, or let the alias be looked up. {error.advice}",
            ) from error
        if answer is None:
            raise InputError([Fault("kms-key", key.text, f"does not exist in {self._region}.")])
        return KeyArn.parse(str(answer["KeyMetadata"]["Arn"]))

    def customer_managed(self, key: KeyArn) -> bool | None:
        """Return whether a key is the customer's own; None where there is no such key."""
        asked = Asked(action="kms:DescribeKey", resource=key.text, where=f"key {key} in {self._region}")
        answer = self._calls.perform(
            asked, lambda: self._client().describe_key(KeyId=key.text), {"NotFoundException": None}
        )
        return None if answer is None else bool(answer["KeyMetadata"].get("KeyManager") == "CUSTOMER")
