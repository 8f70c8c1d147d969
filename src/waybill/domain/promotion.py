"""What a promotion carries: the chain of earlier waybills, and the plan as a document with a digest of its facts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from waybill.domain.events import Event, Kind, standing_withdrawals
from waybill.domain.observation import Observation
from waybill.domain.orders import PromoteOrder
from waybill.domain.plan import Action, Plan, RegionPlan
from waybill.domain.request import Request
from waybill.domain.versions import Version
from waybill.domain.waybill import Origin, Subject, Waybill, digest
from waybill.errors import exit_code_of

if TYPE_CHECKING:
    from waybill.domain.deploy.delivery import Delivery

PLAN_SCHEMA = 1


def promoted(
    source: bytes | None, subject: Subject, *, account: str, by: str, at: str, origin: Origin | None = None
) -> Waybill:
    """Return the waybill of a promoted version: the source's, with one link more in its chain.

    A link says the digest of the earlier waybill (None where only Startifact had staged it), the account it came
    from, who promoted it and when. `source` is the earlier waybill's stored bytes; `origin` what is known of the build
    without one.
    """
    earlier = Waybill.from_bytes(source) if source is not None else None
    link = {
        "waybill": digest(source) if source is not None else None,
        "account": account,
        "promoted_by": by,
        "promoted_at": at,
    }
    return Waybill(
        subject=subject,
        built_from=earlier.built_from if earlier else (origin or Origin()),
        staged_at=at,
        chain=(*(earlier.chain if earlier else ()), link),
    )


def facts(
    request: Request,
    plan: Plan,
    subject: Subject,
    source: Mapping[str, Any],
    order: PromoteOrder,
    *,
    parameter: str,
    events: Iterable[Event],
) -> dict[str, Any]:
    """Return every fact that a plan rests on; nothing of who asked, when, or how often.

    `source` are those of the source account, `parameter` is the channel's, `events` are the channel's. That a target
    region holds the same artifact already, whole or half, is no fact of its own: a run that was cut off carries on
    with the plan that was approved.
    """
    return {
        "schema": PLAN_SCHEMA,
        "command": request.command,
        "project": request.project,
        "version": request.version.text,
        "sha256": subject.digests.sha256,
        "size": subject.digests.size,
        "media_type": subject.media_type,
        "file_name": subject.file_name,
        "metadata": _sha256(subject.document()),
        "channel": request.channel,
        "parameter": parameter,
        "withdrawals": sorted({one.name for one in standing_withdrawals(events).get(request.version, [])}),
        "update_channel": request.update_channel.value,
        "reinstate": request.reinstate,
        "require": request.require.text,
        "key": plan.key,
        "transfer": order.transfer.value,
        "verify": order.verify.value,
        "source": dict(source),
        "target": {item.region: _target(item) for item in sorted(plan.regions, key=lambda one: one.region)},
        **({"deploy": _deploy(request.delivery)} if request.delivery is not None else {}),
        **({"package": request.package.facts()} if request.package is not None else {}),
    }


def _deploy(delivery: Delivery) -> dict[str, Any]:
    """Return what is approved of the deploy that follows; how long it is waited for is no part of that."""
    return {
        "pipeline": delivery.pipeline.name,
        "region": delivery.pipeline.region or next(iter(delivery.regions), ""),
        "account": delivery.identity.account or "",
        "source": delivery.source.value,
        "variables": dict(delivery.variables),
        "on_failure": delivery.on_failure.value,
        "allow_unpinned": delivery.allow_unpinned,
    }


def held(found: Observation) -> dict[str, Any]:
    """Return what a region holds, as a fact."""
    artifact = found.artifact
    return {
        "bucket": found.bucket,
        "version_id": artifact.version_id if artifact else None,
        "size": artifact.size if artifact else None,
        "sha256": artifact.sha256 if artifact else None,
        "crc64nvme": artifact.crc64nvme if artifact else None,
        "metadata": _sha256(found.metadata),
        "waybill": _sha256(found.waybill_raw),
    }


def _target(item: RegionPlan) -> dict[str, Any]:
    found = item.observation
    if found is None or item.error is not None:
        # Not its words: they tell of moments, of requests and of who asked.
        return {"error": exit_code_of(item.error).name.lower() if item.error else None}
    return {
        "account": found.account,
        "bucket": found.bucket,
        "kms_key": found.kms_key.text if found.kms_key else None,
        "channel_names": found.channel,
        "holds": held(found) if item.action is Action.CONFLICT else "nothing else",
    }


def carried_on(known: Mapping[str, Any], plan: Plan, events: Collection[Event]) -> dict[str, Any] | None:
    """Return the facts as they were when a plan on them was begun; None where no such plan was."""
    for one in events:
        if one.kind is Kind.PROMOTED and one.plan:
            for lifted in (frozenset[str](), _lifted_since(one, events)):
                before = rewound(known, plan, lifted)
                if begun(events, plan.version, facts_digest(before)):
                    return before
    return None


def rewound_to(start: Event, known: Mapping[str, Any], plan: Plan, events: Iterable[Event]) -> dict[str, Any]:
    """Return the facts as they were before what was begun with the event `start` changed any."""
    return rewound(known, plan, _lifted_since(start, events))


def _lifted_since(start: Event, events: Iterable[Event]) -> frozenset[str]:
    """Return the withdrawals that a plan lifted: its event is written first, its reinstatement after that."""
    lifting = (one for one in events if one.kind is Kind.REINSTATED and one.version == start.version)
    return frozenset(name for one in lifting if one.at >= start.at for name in one.lifts)


def rewound(known: Mapping[str, Any], plan: Plan, lifted: Collection[str]) -> dict[str, Any]:
    """Return the facts as they were before this plan moved the channel, and `lifted` withdrawals: where the channel
    names the version already, what its history shows before.
    """
    target = {name: dict(fact) for name, fact in known["target"].items()}
    own = plan.version.text
    for item in plan.regions:
        history = item.observation.history if item.observation else None
        if history and history[-1] == own and "channel_names" in target[item.region]:
            target[item.region]["channel_names"] = next((one for one in reversed(history) if one != own), None)
    return {**known, "target": target, "withdrawals": sorted({*known["withdrawals"], *lifted})}


def begun(events: Iterable[Event], version: Version, plan: str) -> Event | None:
    """Return the event of a plan that was begun, by whichever run; None where it was not.

    What was withdrawn since is over: a plan on the same facts is another promotion then.
    """
    known = [one for one in events if one.version == version]
    withdrawn = max((one.at for one in known if one.kind is Kind.WITHDRAWN), default="")
    own = [one for one in known if one.kind is Kind.PROMOTED and one.plan == plan and one.at > withdrawn]
    return min(own, key=lambda one: one.name) if own else None


def _sha256(raw: bytes | None) -> str | None:
    return None if raw is None else hashlib.sha256(raw).hexdigest()


def facts_digest(known: Mapping[str, Any]) -> str:
    """Return the digest of a plan: the SHA-256 of its facts as canonical JSON."""
    return hashlib.sha256(json.dumps(known, sort_keys=True, separators=(",", ":")).encode("utf-8")).hexdigest()


def changed_facts(approved: object, now: object, path: str = "") -> list[str]:
    """Return what differs, one line a fact: where it is, what it was and what it is."""
    if isinstance(approved, Mapping) and isinstance(now, Mapping):
        names = sorted({*approved, *now})
        return [
            line
            for name in names
            for line in changed_facts(approved.get(name), now.get(name), f"{path}.{name}" if path else str(name))
        ]
    return [] if approved == now else [f"{path}: was {_said(approved)}, is {_said(now)}"]


def _said(value: object) -> str:
    return "nothing" if value is None else str(value)[:200]
