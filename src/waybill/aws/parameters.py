"""SSM parameters of one region."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from threading import Lock
from typing import Any

from waybill.aws.calls import Calls
from waybill.aws.meanings import Asked
from waybill.errors import Unavailable
from waybill.ports.account import PutResult


class SsmParameters:
    """Implements `ports.Parameters`. `partition` and `account` only name things in errors.

    SSM may answer a read with what was there before one's own put, and P3 needs the put: so the number that SSM gave
    to the last put of each name is kept, and an older history is read again.
    """

    def __init__(self, client: Any, calls: Calls, *, region: str, partition: str, account: str) -> None:
        self._client = client
        self._calls = calls
        self._region = region
        self._arn = f"arn:{partition}:ssm:{region}:{account}:parameter"
        self._lock = Lock()
        self._written: dict[str, int] = {}

    def get(self, name: str) -> str | None:
        """Return a parameter's value, or None where there is none."""
        answer = self._calls.perform(
            self._asked("ssm:GetParameter", name),
            lambda: self._client.get_parameter(Name=name),
            {"ParameterNotFound": None},
        )
        return None if answer is None else str(answer["Parameter"]["Value"])

    def history(self, name: str) -> Sequence[str]:
        """Return the values that a parameter has had, oldest first.

        Raises `Unavailable` where one's own put does not show within the budget of the retries.
        """
        asked = self._asked("ssm:GetParameterHistory", name)
        with self._lock:
            written = self._written.get(name, 0)

        def read() -> list[str]:
            found = sorted(self._pages(asked, name), key=lambda item: int(item["Version"]))
            if (int(found[-1]["Version"]) if found else 0) < written:
                raise Unavailable(f"{asked.where}: what was written there cannot be read yet.", "Run again.")
            return [str(item["Value"]) for item in found]

        values: list[str] = self._calls.perform(asked, read)
        return values

    def _pages(self, asked: Asked, name: str) -> list[Any]:
        found: list[Any] = []
        more: dict[str, str] = {}
        while True:
            get = partial(self._client.get_parameter_history, Name=name, MaxResults=50, **more)
            answer = self._calls.once(asked, get, {"ParameterNotFound": {}})
            found += answer.get("Parameters", [])
            if not answer.get("NextToken"):
                return found
            more = {"NextToken": answer["NextToken"]}

    def below(self, path: str) -> Mapping[str, str]:
        """Return the parameters below a path, at every depth."""
        rooted = path if path.startswith("/") else f"/{path}"
        asked = self._asked("ssm:GetParametersByPath", rooted)
        found: dict[str, str] = {}
        more: dict[str, str] = {}
        while True:
            # Ten is the most that a page has.
            get = partial(self._client.get_parameters_by_path, Path=rooted, Recursive=True, MaxResults=10, **more)
            answer = self._calls.perform(asked, get)
            found |= {str(item["Name"]): str(item["Value"]) for item in answer.get("Parameters", [])}
            if not answer.get("NextToken"):
                return found
            more = {"NextToken": answer["NextToken"]}

    def put(self, name: str, value: str, *, create: bool) -> PutResult:
        """Write a String; with `create`, only where there is none."""
        answers = {"ParameterAlreadyExists": None} if create else None
        answer = self._calls.perform(
            self._asked("ssm:PutParameter", name),
            lambda: self._client.put_parameter(Name=name, Value=value, Type="String", Overwrite=not create),
            answers,
        )
        # Where it exists it has one version at least.
        version = 1 if answer is None else int(answer["Version"])
        with self._lock:
            self._written[name] = max(version, self._written.get(name, 0))
        return PutResult.EXISTS if answer is None else PutResult.WRITTEN

    def delete(self, name: str) -> bool:
        """Delete a parameter, its history with it; returns whether there was one."""
        answer = self._calls.perform(
            self._asked("ssm:DeleteParameter", name),
            lambda: self._client.delete_parameter(Name=name),
            {"ParameterNotFound": None},
        )
        with self._lock:
            self._written.pop(name, None)  # a later one counts from 1 again
        return answer is not None

    def _asked(self, action: str, name: str) -> Asked:
        path = name if name.startswith("/") else f"/{name}"
        return Asked(action=action, resource=f"{self._arn}{path}", where=f"parameter {name} in {self._region}")
