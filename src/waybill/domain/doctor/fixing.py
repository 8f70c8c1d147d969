"""Which findings `setup apply` would mend: those of things that its plan changes, in the same account and region. Pure.

CloudFormation compares templates and parameters, and not what stands there: what somebody changed by hand it does not
see, so that it is not among them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from waybill.domain.findings import Finding, Verdict
from waybill.domain.setup.plan import SetupPlan, StackAction

_BUCKET = ("AWS::S3::Bucket",)
_POLICY = ("AWS::S3::BucketPolicy",)
_KEY = ("AWS::KMS::Key", "AWS::KMS::ReplicaKey", "AWS::KMS::Alias")
_PIPELINE = ("AWS::CodePipeline::Pipeline",)
_ROLE = ("AWS::IAM::Role", "AWS::IAM::RolePolicy", "AWS::IAM::ManagedPolicy")

MADE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        **dict.fromkeys(("bucket-parameter",), ("AWS::SSM::Parameter",)),
        **dict.fromkeys(("bucket", "versioning", "encryption", "customer-key", "bucket-key", "public-access"), _BUCKET),
        **dict.fromkeys(("ownership", "expiry", "unfinished-uploads", "artifact-store", "source-versioning"), _BUCKET),
        **dict.fromkeys(("tls-only", "bucket-readers", "artifact-store-policy"), _POLICY),
        **dict.fromkeys(("key", "key-readers", "artifact-key", "artifact-key-policy"), _KEY),
        **dict.fromkeys(("pipeline-mode", "source-override", "source-polling", "watched-twice", "pipeline"), _PIPELINE),
        **dict.fromkeys(
            ("pipeline-role", "pipeline-access", "deploy-role", "deploy-role-trust", "oidc-subject"), _ROLE
        ),
        **dict.fromkeys(("oidc-provider", "oidc-audience"), ("AWS::IAM::OIDCProvider",)),
    }
)
"""The types of the resources that a check is about, as the templates make them."""

CONFIGURED = frozenset({"configuration", "configuration-equal", "session-policy"})
"""Checks of what `setup` writes beside its stacks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FixPlan:
    """Setup's plan, and the findings that it would mend."""

    mended: tuple[Finding, ...]
    left: tuple[Finding, ...]
    plan: SetupPlan
    command: str

    def to_json(self) -> dict[str, Any]:
        """Return its part of the result document."""
        return {
            "command": self.command,
            "mended": [one.to_json() for one in self.mended],
            "left": [one.to_json() for one in self.left],
            **self.plan.to_json(),
        }


def fix_plan(findings: Iterable[Finding], plan: SetupPlan, command: str) -> FixPlan:
    """Part what is to be mended by whether setup's plan touches it."""
    wrong = [one for one in findings if one.verdict in {Verdict.FAIL, Verdict.WARN}]
    touched = set(_touched(plan))
    mended = tuple(one for one in wrong if any(_within(one, place) for place in touched))
    return FixPlan(mended=mended, left=tuple(one for one in wrong if one not in mended), plan=plan, command=command)


def _touched(plan: SetupPlan) -> Iterator[tuple[str, str, str]]:
    """Yield the account, the region and the type of each thing that would change; the configuration's type is empty."""
    for stack in plan.stacks:
        for change in stack.changes:
            if stack.action is not StackAction.NOTHING:
                yield stack.ref.account, stack.ref.region, change.type
    for one in plan.beside:
        if one.pending:
            yield one.account, one.region, ""


def _within(finding: Finding, place: tuple[str, str, str]) -> bool:
    account, region, kind = place
    wanted = ("",) if finding.check in CONFIGURED else MADE.get(finding.check, ())
    return kind in wanted and finding.account == account and finding.region in {"", region}
