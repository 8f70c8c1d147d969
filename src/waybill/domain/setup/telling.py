"""What setup tells on its way, beside what every command tells: typed events, shown by the reporters. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from waybill.domain.setup.plan import SetupPlan, StackAction, StackPlan
from waybill.domain.setup.stacks.wanted import StackRef


@dataclass(frozen=True, slots=True)
class SetupPlanned:
    """It is known what would change; nothing was changed yet."""

    plan: SetupPlan


@dataclass(frozen=True, slots=True)
class StackBegan:
    """A stack is made, changed or deleted from now on."""

    ref: StackRef
    action: StackAction


@dataclass(frozen=True, slots=True)
class ResourceTold:
    """CloudFormation told how a resource of a stack is doing. `resource` is its logical id, `status` AWS's own word."""

    ref: StackRef
    resource: str
    type: str
    status: str
    reason: str


@dataclass(frozen=True, slots=True)
class StackEnded:
    """A stack is done, or will not be: see its `end`."""

    plan: StackPlan


Preparing: TypeAlias = "SetupPlanned | StackBegan | ResourceTold | StackEnded"
