"""Existing buckets that the organisation configuration is pointed at: what is found, and what is written. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from waybill.domain.findings import Finding, Verdict
from waybill.domain.setup.adoption.buckets import MUST, BucketFacts, Missing, judged
from waybill.domain.setup.configuration.rows import Act, Configurations, Spot, Stored, Unread
from waybill.domain.setup.estate import Estate, Member
from waybill.domain.setup.requests import Members


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptedBucket:
    """One account's bucket in one region. `before` is the bucket that the parameter names now.

    `refused` says why it is not adopted. `done` None: nothing was tried.
    """

    spot: Spot
    id: str
    bucket: str = ""
    before: str | None = None
    act: Act = Act.NONE
    findings: tuple[Finding, ...] = ()
    refused: str = ""
    done: bool | None = None
    error: Unread | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the bucket as a part of the result document."""
        return {
            "account": self.spot.account,
            "account_id": self.id,
            "region": self.spot.region,
            "bucket": self.bucket or None,
            "before": self.before,
            "act": self.act.value,
            "done": self.done,
            "refused": self.refused or None,
            "error": self.error.error if self.error else None,
            "advice": self.error.advice or None if self.error else None,
            "findings": [one.to_json() for one in self.findings],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted:
    """The body of `setup adopt`: the buckets, and the organisation configuration that leads to them."""

    parameter: str
    buckets: tuple[AdoptedBucket, ...]
    configured: Configurations
    yes: bool

    @property
    def refused(self) -> tuple[AdoptedBucket, ...]:
        """The buckets that are not adopted. While there is one, nothing is written."""
        return tuple(one for one in self.buckets if one.refused or one.error)

    @property
    def pending(self) -> bool:
        """Whether anything would be written."""
        return bool(self.configured.pending) or any(one.act is not Act.NONE for one in self.buckets)

    def to_json(self) -> dict[str, Any]:
        """Return the members that the result document has more."""
        return {
            "bucket_parameter": self.parameter,
            "buckets": [one.to_json() for one in self.buckets],
            **self.configured.to_json(),
        }


def named(spot: Spot, given: Mapping[Spot, str], parameter: Stored) -> str:
    """Return the bucket to adopt in a place: the one that was named, else the one that the parameter has."""
    return given.get(spot) or (parameter.strip() if isinstance(parameter, str) else "")


def adopting(
    estate: Estate,
    among: Sequence[Member],
    given: Mapping[Spot, str],
    parameters: Mapping[Spot, Stored],
    looked: Mapping[Spot, BucketFacts | Missing | Unread],
) -> tuple[AdoptedBucket, ...]:
    """Return each place with its bucket, in the file's order; `looked` has those in which one is named."""
    return tuple(
        _one(Spot(member.name, region), member, given, parameters, looked)
        for member in among
        for region in estate.regions
    )


def _one(
    spot: Spot,
    member: Member,
    given: Mapping[Spot, str],
    parameters: Mapping[Spot, Stored],
    looked: Mapping[Spot, BucketFacts | Missing | Unread],
) -> AdoptedBucket:
    stored = parameters.get(spot)
    row = AdoptedBucket(spot=spot, id=member.id, bucket=named(spot, given, stored))
    if isinstance(stored, Unread):
        return replace(row, error=stored)
    row = replace(row, before=stored)
    if not row.bucket:
        return replace(row, refused=f"no bucket is known there: name it with --bucket {spot}=NAME")
    facts = looked[spot]
    if isinstance(facts, Unread):
        return replace(row, error=facts)
    findings = tuple(replace(one, account=member.name) for one in judged(row.bucket, spot.region, facts))
    row = replace(row, findings=findings)
    unfit = [one.says for one in findings if one.check in MUST and one.verdict is not Verdict.PASS]
    if unfit:
        return replace(row, refused="; ".join(unfit))
    if row.bucket == stored:
        return row
    return replace(row, act=Act.CREATE if stored is None else Act.CHANGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptRequest(Members):
    """What is asked of `setup adopt`. `buckets` are those that were named; the others' names are looked up."""

    buckets: Mapping[Spot, str] = field(default_factory=dict)
    yes: bool = False
    again: str = ""
