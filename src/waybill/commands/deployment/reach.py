"""Reaches the pipeline: its account, with a session that may do no more than this run needs, and its definition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from waybill.commands.account.target import right_caller
from waybill.commands.tools import Tools, everywhere
from waybill.domain.arns import Caller, RoleArn
from waybill.domain.deploy.delivery import Delivery
from waybill.domain.deploy.execution import Execution
from waybill.domain.deploy.pipeline import Pipeline
from waybill.domain.deploy.policy import Copies, look_policy, pipeline_policy
from waybill.domain.deploy.telling import Noted
from waybill.errors import Fault, InputError
from waybill.ports.account import Account, Gateway
from waybill.ports.pipeline import Pipelines


@dataclass(frozen=True, slots=True, kw_only=True)
class Works:
    """Where a pipeline is: the account as one session sees it, CodePipeline in its region, and the definition."""

    account: Account
    caller: Caller
    pipelines: Pipelines
    pipeline: Pipeline

    def executions(self, *, most: int = 100) -> Sequence[Execution]:
        """Return the pipeline's last executions, newest first."""
        return self.pipelines.executions(self.pipeline.name, most=most)


def console_of(works: Works, tools: Tools) -> str:
    """Return the partition whose console shows a pipeline; empty, so that no address is made, where none does."""
    return works.caller.partition if tools.console else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """The way into the pipeline's account, kept so that its session can be narrowed once the definition is known."""

    gateway: Gateway
    role: RoleArn | None
    works: Works

    def narrowed(self, copies: Copies | None, distributions: Sequence[str] = ()) -> Works:
        """Return the same works under a session that may do what this run needs, and no more (P8).

        `copies` says what is put under the pipeline's source key, None where nothing is; `distributions` are those that
        are invalidated.
        """
        if self.role is None:
            return self.works
        works = self.works
        account = self.gateway.enter(pipeline_policy(self.role, works.pipeline, copies, distributions=distributions))
        return replace(works, account=account, pipelines=account.pipelines(works.pipeline.region))


def open_pipeline(delivery: Delivery, tools: Tools) -> Entrance:
    """Reach the pipeline and read its definition.

    Raises `InputError` where there is no such pipeline: where another region has one of this name, it is said.
    """
    identity = delivery.identity
    role = identity.role or identity.oidc_role
    gateway = tools.gateways(identity)
    name, region = delivery.pipeline.name, delivery.pipeline.region or next(iter(delivery.regions), "")
    if not region:
        rule = "names no region, and none is known: write `region:name`, or set AWS_REGION."
        raise InputError([Fault("pipeline", name, rule, f"us-east-1:{name}")], "Nothing was touched.")
    if region not in tools.known_regions:
        raise InputError([Fault("pipeline", f"{region}:{name}", "names a region that AWS does not have.")])
    account = gateway.enter(look_policy(role, name) if role else "")
    caller = right_caller(account, identity.account, role="pipeline-role", by="pipeline-account")
    if role is not None:
        tools.reporter.tell(Noted(f"to run {name}: {caller.arn} in account {caller.account}"))
    pipelines = account.pipelines(region)
    pipeline = pipelines.definition(name)
    if pipeline is None:
        raise _unknown(delivery, region, account, caller, tools)
    works = Works(account=account, caller=caller, pipelines=pipelines, pipeline=pipeline)
    return Entrance(gateway=gateway, role=role, works=works)


def _unknown(delivery: Delivery, region: str, account: Account, caller: Caller, tools: Tools) -> InputError:
    """Return the error for a pipeline that is not there, with the regions where one of this name is."""
    name = delivery.pipeline.name
    others = [one for one in delivery.regions if one != region]
    found, _ = everywhere(lambda one: account.pipelines(one).definition(name), others)
    there = [one for one, pipeline in found.items() if pipeline is not None]
    rule = f"is no pipeline in {region} of account {caller.account}"
    if there:
        rule += f"; there is one in {' and '.join(there)}."
        return InputError([Fault("pipeline", name, rule, f"{there[0]}:{name}")], "Nothing was written.")
    advice = "Nothing was written. Look at the name; `pipeline-role` says whose account is meant."
    return InputError([Fault("pipeline", name, f"{rule}.")], advice)
