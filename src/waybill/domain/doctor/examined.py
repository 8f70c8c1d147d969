"""What is asked of doctor, and what it found. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from waybill.domain.deploy.pipeline import PipelineRef
from waybill.domain.doctor.fixing import FixPlan
from waybill.domain.findings import Findings
from waybill.domain.identity import Identity
from waybill.domain.request import KmsChoice, Place
from waybill.domain.setup.requests import ApplyRequest, Members


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """Where a promotion reads, and the channel there that it follows; empty: none."""

    source: Place
    channel: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoctorRequest:
    """What is asked of doctor. `project` and `pipeline` left out: all that there are.

    `pipeline_identity` is who works in the pipeline's account; `access_key` the id of the key that the run begins with,
    or empty. `claims` are those of the runner's token, empty where there is none; `no_token` says why. `members`: the
    accounts of a file are looked at, each in its place; `fix`: and what setup's plan would mend of what is found.
    `promotion`: what is released comes from there; then a `project` is given.
    """

    place: Place
    project: str = ""
    kms: KmsChoice = field(default_factory=KmsChoice)
    pipeline: PipelineRef | None = None
    pipeline_identity: Identity = field(default_factory=Identity)
    access_key: str = ""
    claims: Mapping[str, Any] = field(default_factory=dict)
    no_token: str = ""
    members: Members | None = None
    fix: ApplyRequest | None = None
    promotion: Promotion | None = None

    @property
    def projects(self) -> tuple[str, ...]:
        """The projects that are looked at; empty: all."""
        return (self.project,) if self.project else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined(Findings):
    """The body of doctor."""

    fix: FixPlan | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the members that the result document has more."""
        return {**Findings.to_json(self), **({"fix_plan": self.fix.to_json()} if self.fix else {})}
