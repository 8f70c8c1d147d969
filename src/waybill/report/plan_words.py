"""What a plan is called in words."""

from __future__ import annotations

from waybill.domain.plan import Action, ChannelAction, Plan, RegionPlan
from waybill.report.ink import Ink
from waybill.report.units import listing
from waybill.report.words import ABSENT


def mark(region: RegionPlan, ink: Ink) -> str:
    """Return the mark of a region's plan: good where nothing is left to do, idle where something is."""
    if region.action in {Action.CONFLICT, Action.FAILED}:
        return ink.bad
    return ink.good if region.action is Action.NOTHING else ink.idle


def action(region: RegionPlan) -> str:
    """Return what will be done in one region, and why."""
    match region.action:
        case Action.CONFLICT:
            return f"conflict: stored already with another {region.why.replace(', ', ' and ')}"
        case Action.FAILED:
            return f"cannot: {region.error.what if region.error else region.why}"
        case Action.NOTHING:
            return region.why if region.channel is ChannelAction.MOVE else f"nothing to do: {region.why}"
        case Action.CREATE | Action.COMPLETE:
            return f"{region.action.value}: {region.why}"


def channel(plan: Plan, region: RegionPlan, arrow: str) -> str:
    """Return what the channel names now, and what it will."""
    now = (region.observation.channel if region.observation else None) or ABSENT
    match region.channel:
        case ChannelAction.MOVE:
            return f"{now} {arrow} {plan.version}"
        case ChannelAction.KEEP:
            return f"{now}, kept"
        case ChannelAction.LEAVE:
            return "left alone" if now == ABSENT else f"{now}, left alone"


def key(region: RegionPlan) -> str:
    """Return what will encrypt the artifact; nothing where the region could not be observed."""
    if region.observation is None:
        return ""
    return region.observation.kms_key.text if region.observation.kms_key else "the bucket's default"


def sentence(plan: Plan) -> str:
    """Return the plan in one sentence: `Plan: create in a and b; nothing to do in c.`"""
    said = {
        Action.CREATE: "create in",
        Action.COMPLETE: "complete in",
        Action.NOTHING: "nothing to do in",
        Action.CONFLICT: "conflict in",
        Action.FAILED: "an error in",
    }
    nothing = plan.of(Action.NOTHING)
    moving = [one.region for one in nothing if one.channel is ChannelAction.MOVE]
    found = {verb: [one.region for one in plan.of(action)] for action, verb in said.items()}
    found[said[Action.NOTHING]] = [one.region for one in nothing if one.region not in moving]
    found = {f"move `{plan.channel}` to {plan.version} in": moving, **found}
    parts = [f"{verb} {listing(regions)}" for verb, regions in found.items() if regions]
    return f"Plan: {'; '.join(parts) or 'no region'}."
