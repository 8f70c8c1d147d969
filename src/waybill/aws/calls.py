"""One door for every AWS call: retries within a budget, and every error in words with what to do next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from waybill.aws.codes import DENIED
from waybill.aws.denials import Decode, denial
from waybill.aws.meanings import Asked, Untrusted, local_meaning, meaning
from waybill.errors import Unavailable
from waybill.retry import Retry

T = TypeVar("T")


class Calls:
    """The door. One for each identity: it knows who the caller is."""

    def __init__(self, retry: Retry, *, caller: str = "", decode: Decode | None = None) -> None:
        self._retry = retry
        self._caller = caller
        self._decode = decode

    @property
    def caller(self) -> str:
        """The ARN of whoever asks; empty where that is not known yet."""
        return self._caller

    def as_caller(self, caller: str) -> Calls:
        """Return the same door for somebody else."""
        return Calls(self._retry, caller=caller, decode=self._decode)

    def decoding(self, decode: Decode | None) -> Calls:
        """Return the same door, which lets `decode` open the encoded messages of refusals."""
        return Calls(self._retry, caller=self._caller, decode=decode)

    def telling(self, told: Callable[[Unavailable, float, float], None]) -> Calls:
        """Return the same door whose waits are told to `told`."""
        return Calls(replace(self._retry, told=told), caller=self._caller, decode=self._decode)

    def hasty(self) -> Calls:
        """Return the same door for what can be done without: it asks twice at most."""
        return Calls(replace(self._retry, attempts=2), caller=self._caller, decode=self._decode)

    def perform(self, asked: Asked, call: Callable[[], T], answers: Mapping[str, Any] | None = None) -> T | Any:
        """Return what `call` returns; or, for an error code in `answers`, the value that it stands for.

        Raises the `WaybillError` that any other failure means.
        """

        def attempt() -> T | Any:
            try:
                return self.once(asked, call, answers)
            except Untrusted as error:
                # Handed out as a value: what is raised as `Unavailable` would be tried again.
                return error

        ended = self._retry.call(attempt)
        if isinstance(ended, Untrusted):
            raise ended
        return ended

    def once(self, asked: Asked, call: Callable[[], T], answers: Mapping[str, Any] | None = None) -> T | Any:
        """Do as `perform` does, without trying again."""
        try:
            return call()
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            if answers and code in answers:
                return answers[code]
            raise meaning(asked, error, self._caller, self._decode) from error
        except BotoCoreError as error:
            raise local_meaning(asked, error) from error

    def must(self, asked: Asked, told: Mapping[str, Any]) -> None:
        """Raise `AccessDenied` where what an answer tells of one of several things (`Code`, `Message`) is a refusal."""
        if str(told.get("Code")) in DENIED:
            message = str(told.get("Message") or told["Code"])
            key, owner = asked.key, asked.owner
            raise denial(asked.action, asked.resource, asked.where, message, self._caller, key=key, owner=owner)
