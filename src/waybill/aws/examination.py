"""One region of an account as doctor looks at it: SSM, KMS, S3 and CodePipeline, read only.

KMS's DryRun: https://docs.aws.amazon.com/kms/latest/developerguide/testing-permissions.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any

from waybill.aws.calls import Calls
from waybill.aws.meanings import Asked
from waybill.domain.arns import KeyArn
from waybill.domain.doctor.facts import History, Key, Parameter

ABSENT = {"ParameterNotFound": None}
DRY = {"DryRunOperationException": None}
PAGE = 50


class AwsExamination:
    """Implements `ports.Examination`. `client` makes the client of a service in this region when it is first needed."""

    def __init__(
        self, client: Callable[[str], Any], calls: Calls, *, region: str, partition: str, account: str
    ) -> None:
        self._client = client
        self._calls = calls
        self._region = region
        self._partition = partition
        self._account = account

    def time(self) -> str:
        """Return the time that AWS has there: STS answers whomever it knows."""
        asked = Asked(action="sts:GetCallerIdentity", resource="*", where=f"STS in {self._region}")
        answer = self._calls.perform(asked, lambda: self._client("sts").get_caller_identity())
        told = parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])
        return told.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def parameter(self, name: str) -> Parameter | None:
        """Return a parameter; None where there is none."""
        asked = self._of_parameter("ssm:GetParameter", name)
        answer = self._calls.perform(asked, lambda: self._client("ssm").get_parameter(Name=name), ABSENT)
        return None if answer is None else _parameter(answer["Parameter"])

    def below(self, path: str) -> Mapping[str, Parameter]:
        """Return the parameters below a path, at every depth."""
        rooted = path if path.startswith("/") else f"/{path}"
        asked = self._of_parameter("ssm:GetParametersByPath", rooted)
        ask = partial(self._client("ssm").get_parameters_by_path, Path=rooted, Recursive=True, MaxResults=10)
        found = self._pages(asked, ask, "NextToken", "Parameters")
        return {str(one["Name"]): _parameter(one) for one in found}

    def history(self, name: str) -> History | None:
        """Return which versions of a parameter are kept."""
        asked = self._of_parameter("ssm:GetParameterHistory", name)
        ask = partial(self._client("ssm").get_parameter_history, Name=name, MaxResults=PAGE)
        kept = self._pages(asked, ask, "NextToken", "Parameters", {"ParameterNotFound": {}})
        if not kept:
            return None
        oldest = min(kept, key=lambda one: int(one["Version"]))
        labels = tuple(str(label) for label in oldest.get("Labels", []))
        return History(versions=len(kept), oldest=int(oldest["Version"]), labels=labels)

    def key(self, key: KeyArn) -> Key | None:
        """Return a key, or the one behind an alias; None where there is none."""
        asked = self._of_key("kms:DescribeKey", key)
        answer = self._calls.perform(
            asked, lambda: self._client("kms").describe_key(KeyId=key.text), {"NotFoundException": None}
        )
        if answer is None:
            return None
        found = answer["KeyMetadata"]
        return Key(
            arn=KeyArn.parse(str(found["Arn"])),
            state=str(found.get("KeyState", "Enabled")),
            customers=found.get("KeyManager") == "CUSTOMER",
            usage=str(found.get("KeyUsage", "ENCRYPT_DECRYPT")),
        )

    def key_policy(self, key: KeyArn) -> str:
        """Return a key's policy, JSON."""
        asked = self._of_key("kms:GetKeyPolicy", key)
        ask = partial(self._client("kms").get_key_policy, KeyId=key.text, PolicyName="default")
        return str(self._calls.perform(asked, ask)["Policy"])

    def try_key(self, key: KeyArn) -> None:
        """Ask KMS, without doing it, whether a data key may be made."""
        ask = partial(self._client("kms").generate_data_key, KeyId=key.text, KeySpec="AES_256", DryRun=True)
        self._calls.perform(self._of_key("kms:GenerateDataKey", key), ask, DRY)

    def own_buckets(self) -> frozenset[str]:
        """Return the names of all buckets of the account."""
        asked = Asked(action="s3:ListAllMyBuckets", resource="*", where=f"S3 in {self._region}")
        found = self._pages(asked, partial(self._client("s3").list_buckets), "ContinuationToken", "Buckets")
        return frozenset(str(one["Name"]) for one in found)

    def pipelines(self) -> Sequence[str]:
        """Return the names of the pipelines."""
        asked = Asked(action="codepipeline:ListPipelines", resource="*", where=f"CodePipeline in {self._region}")
        found = self._pages(asked, partial(self._client("codepipeline").list_pipelines), "nextToken", "pipelines")
        return [str(one["name"]) for one in found]

    def _pages(
        self,
        asked: Asked,
        ask: Callable[..., Any],
        token: str,
        name: str,
        answers: Mapping[str, Any] | None = None,
    ) -> list[Mapping[str, Any]]:
        more: dict[str, str] = {}
        found: list[Mapping[str, Any]] = []
        while True:
            answer = self._calls.perform(asked, partial(ask, **more), answers)
            found += answer.get(name, [])
            if not answer.get(token):
                return found
            more = {token: answer[token]}

    def _of_parameter(self, action: str, name: str) -> Asked:
        path = name if name.startswith("/") else f"/{name}"
        resource = f"arn:{self._partition}:ssm:{self._region}:{self._account}:parameter{path}"
        return Asked(action=action, resource=resource, where=f"parameter {name} in {self._region}")

    def _of_key(self, action: str, key: KeyArn) -> Asked:
        return Asked(action=action, resource=key.text, where=f"key {key} in {self._region}")


def _parameter(found: Mapping[str, Any]) -> Parameter:
    return Parameter(value=str(found["Value"]), version=int(found["Version"]), type=str(found.get("Type", "String")))
