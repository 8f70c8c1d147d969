"""setup pipeline-role: another role for the deploy actions of a pipeline that somebody made, with a diff first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from waybill.commands.setup.members import enter_all
from waybill.commands.together import in_words
from waybill.commands.tools import Tools
from waybill.domain.arns import partition_of
from waybill.domain.findings import Seen, Unseen
from waybill.domain.result import Outcome, Result
from waybill.domain.setup.narrowing import pipeline_role_policy
from waybill.domain.setup.pipelines.role import (
    Declaration,
    PipelineRoleRequest,
    RoleEdited,
    StoreKey,
    edit,
    key_arn,
    store_keys,
)
from waybill.domain.setup.pipelines.warnings import NO_GUARD, role_findings
from waybill.errors import Cancelled, ConflictError, ExitCode, Fault, InputError, Unavailable, WaybillError
from waybill.ports.account import Account
from waybill.ports.declarations import Declarations
from waybill.progress import Started

NOTHING = "Nothing was changed."


def pipeline_role(request: PipelineRoleRequest, tools: Tools) -> Result:
    """Show what would change; with `yes`, and where nothing stands against it, change it.

    Raises `ConflictError` where somebody changed the pipeline since it was looked at.
    """
    started = tools.clock.monotonic()
    tools.reporter.tell(Started(f"Looking at the pipeline {request.pipeline} in {request.region}"))
    account = _account(request, tools)
    declarations = account.declarations(request.region)
    found = _read(request, declarations)
    edited = edit(found.document, request.role.text, region=request.region, action=request.action)
    if isinstance(edited, Fault):
        raise InputError([edited], NOTHING)
    body = RoleEdited(request=request, version=found.version, edit=edited)
    if edited.changes:
        keys = _looked_up(request, account, store_keys(found.document, edited, region=request.region), tools)
        under_way = declarations.under_way(request.pipeline)
        body = replace(body, findings=role_findings(request, found.document, keys, under_way), notes=_notes(found))
        if request.yes and not body.refused:
            tools.cancellation.check()
            body = _written(request, declarations, body)
    return _result(request, body, seconds=tools.clock.monotonic() - started)


def _account(request: PipelineRoleRequest, tools: Tools) -> Account:
    member, where = request.account, (request.region, request.pipeline)
    only = replace(request, among=(member,))
    entered = enter_all(only, lambda one: pipeline_role_policy(one, *where, writes=request.yes), tools)
    return entered.accounts[member.name]


def _read(request: PipelineRoleRequest, declarations: Declarations) -> Declaration:
    found = declarations.read(request.pipeline)
    if found is None:
        rule = f"is no pipeline in {request.region} of the account {request.account.name} ({request.account.id})."
        raise InputError([Fault("pipeline", request.pipeline, rule)], NOTHING)
    return found


def _looked_up(
    request: PipelineRoleRequest, account: Account, keys: Sequence[StoreKey], tools: Tools
) -> tuple[StoreKey, ...]:
    def one(key: StoreKey) -> StoreKey:
        arn = key_arn(key, partition=partition_of(request.region), account=request.account.id)
        if arn is None or arn.is_alias:
            return key
        tools.cancellation.check()
        try:
            return replace(key, customers=Seen(account.region(key.region).keys.customer_managed(arn)))
        except Cancelled:
            raise
        except WaybillError as error:
            return replace(key, customers=Unseen(in_words(error)))

    return tuple(one(key) for key in keys)


def _written(request: PipelineRoleRequest, declarations: Declarations, body: RoleEdited) -> RoleEdited:
    """Write, once the declaration is seen to be the one that was looked at."""
    now = _read(request, declarations)
    if now.version != body.version or now.document != body.edit.before:
        raise ConflictError(
            f"Somebody changed the pipeline {request.pipeline} just now: it is at version {now.version}, and was at "
            f"{body.version} when it was looked at.",
            f"Run again, and look at the new diff. {NOTHING}",
        )
    after = _updated(request, declarations, body)
    if after == body.version + 1:
        return replace(body, version_after=after)
    said = (
        f"Somebody changed the pipeline at the same moment: it is at version {after}, and not at {body.version + 1}. "
        "What they changed may be overwritten: compare it with what they meant."
    )
    return replace(body, version_after=after, notes=(*body.notes, said))


def _updated(request: PipelineRoleRequest, declarations: Declarations, body: RoleEdited) -> int:
    """Write, and return the version that came of it. Where the answer is lost, the pipeline itself tells."""
    try:
        return declarations.update(body.edit.after).version
    except Unavailable:
        now = _read(request, declarations)
        if now.document != body.edit.after:
            raise
        return now.version


def _notes(found: Declaration) -> tuple[str, ...]:
    own = found.document.get("roleArn", "")
    needs = (
        f"Beside this, {own} must be allowed to assume the role, the role must trust it, and the artifact bucket's and "
        "the key's policies must let the role in: templates/pipeline.yaml and production.yaml show how."
    )
    return (needs, NO_GUARD)


def _result(request: PipelineRoleRequest, body: RoleEdited, *, seconds: float) -> Result:
    changed = body.version_after is not None
    if changed:
        outcome = Outcome.CREATED
    elif body.refused:
        outcome = Outcome.CONFLICT
    else:
        outcome = Outcome.PLANNED if body.edit.changes else Outcome.ALREADY
    return Result(
        command="setup pipeline-role",
        outcome=outcome,
        changed=changed,
        exit_code=ExitCode.CONFLICT if outcome is Outcome.CONFLICT else ExitCode.OK,
        seconds=seconds,
        body=body,
        then=f"To do it: {request.again}" if outcome is Outcome.PLANNED else None,
    )
