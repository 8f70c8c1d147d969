"""SSM parameters of one region."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from waybill.aws.calls import Calls
from waybill.aws.meanings import Asked
from waybill.ports import PutResult


class SsmParameters:
    """Implements `ports.Parameters`. `partition` and `account` only name things in errors."""

    def __init__(self, client: Any, calls: Calls, *, region: str, partition: str, account: str) -> None:
        self._client = client
        self._calls = calls
        self._region = region
        self._arn = f"arn:{partition}:ssm:{region}:{account}:parameter"

    def get(self, name: str) -> str | None:
        """Return a parameter's value, or None where there is none."""
        answer = self._calls.perform(
            self._asked("ssm:GetParameter", name),
            lambda: self._client.get_parameter(Name=name),
            {"ParameterNotFound": None},
        )
        return None if answer is None else str(answer["Parameter"]["Value"])

    def history(self, name: str) -> Sequence[str]:
        """Return the values that a parameter has had, oldest first."""
        asked, found, token = self._asked("ssm:GetParameterHistory", name), [], ""
        while True:
            more = {"NextToken": token} if token else {}
            answer = self._calls.perform(
                asked,
                partial(self._client.get_parameter_history, Name=name, MaxResults=50, **more),
                {"ParameterNotFound": {}},
            )
            found += answer.get("Parameters", [])
            token = answer.get("NextToken", "")
            if not token:
                return [str(item["Value"]) for item in sorted(found, key=lambda item: int(item["Version"]))]

    def put(self, name: str, value: str, *, create: bool) -> PutResult:
        """Write a String; with `create`, only where there is none."""
        answers = {"ParameterAlreadyExists": None} if create else None
        answer = self._calls.perform(
            self._asked("ssm:PutParameter", name),
            lambda: self._client.put_parameter(Name=name, Value=value, Type="String", Overwrite=not create),
            answers,
        )
        return PutResult.EXISTS if answer is None else PutResult.WRITTEN

    def _asked(self, action: str, name: str) -> Asked:
        path = name if name.startswith("/") else f"/{name}"
        return Asked(action=action, resource=f"{self._arn}{path}", where=f"parameter {name} in {self._region}")
