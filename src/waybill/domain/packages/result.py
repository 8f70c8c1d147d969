"""How the package version ended that a command publishes beside the buckets: the result document's `package`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from waybill.domain.packages.version import PackageId
from waybill.domain.result import Outcome, Result
from waybill.errors import ConflictError, ExitCode, Refused, WaybillError, exit_code_of, refused_of

BAD = frozenset({Outcome.FAILED, Outcome.CONFLICT, Outcome.PARTIAL})


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageResult:
    """The package's end. `status` and `revision` are CodeArtifact's; `seconds` how long it took.

    `copied` says from which repository it was copied, None where it was published.
    """

    package: PackageId
    arn: str
    outcome: Outcome
    status: str | None = None
    revision: str | None = None
    assets: tuple[str, ...] = ()
    copied: str | None = None
    note: str | None = None
    error: str | None = None
    advice: str | None = None
    exit_code: ExitCode = ExitCode.OK
    changed: bool = False
    seconds: float = 0.0
    refused: Refused | None = None

    @property
    def complete(self) -> bool:
        """Whether the package version is published and whole."""
        return self.outcome in {Outcome.CREATED, Outcome.ALREADY}

    def failed(self, error: WaybillError) -> PackageResult:
        """Return the same package with an error for its end."""
        outcome = Outcome.CONFLICT if isinstance(error, ConflictError) else Outcome.FAILED
        return replace(
            self,
            outcome=outcome,
            error=error.what,
            advice=error.advice or None,
            exit_code=exit_code_of(error),
            refused=refused_of(error),
        )

    def to_json(self) -> dict[str, Any]:
        """Return the package's part of the result document."""
        package = self.package
        return {
            "outcome": self.outcome.value,
            "account": package.owner,
            "region": package.region,
            "domain": package.domain,
            "repository": package.repository,
            "format": package.FORMAT,
            "namespace": package.namespace,
            "package": package.name,
            "version": package.version,
            "arn": self.arn,
            "status": self.status,
            "revision": self.revision,
            "assets": list(self.assets),
            "copied_from": self.copied,
            "note": self.note,
            "error": self.error,
            "advice": self.advice,
            "seconds": round(self.seconds, 3),
            **({"refused": self.refused.to_json()} if self.refused else {}),
        }


def beside(result: Result, end: PackageResult, *, resume: str | None) -> Result:
    """Return a command's result with what became of the package; `resume` is the command that finishes it."""
    whole = replace(result, package=end, changed=result.changed or end.changed)
    if end.error is None:
        created = end.outcome is Outcome.CREATED and result.outcome is Outcome.ALREADY
        return replace(whole, outcome=Outcome.CREATED) if created else whole
    clash = end.outcome is Outcome.CONFLICT
    if result.outcome in BAD and result.error is not None:
        # It says by itself why nothing, or not all, was done.
        return replace(whole, resume=None if clash else result.resume)
    code = end.exit_code if result.exit_code is ExitCode.OK else min(end.exit_code, result.exit_code)
    return replace(
        whole,
        outcome=Outcome.CONFLICT if clash else Outcome.PARTIAL,
        exit_code=code,
        error=end.error,
        advice=end.advice,
        resume=None if clash else resume,
    )
