"""What stands against another role for a pipeline's deploy actions, and what comes with the change. Pure.

https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-create-cross-account.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from waybill.domain.findings import Finding, Unseen, Verdict
from waybill.domain.setup.pipelines.role import PipelineRoleRequest, StoreKey

MASK = "****"
"""What GetPipeline says in the place of a secret, such as the token of GitHub's first kind of source action."""

NO_GUARD = (
    "UpdatePipeline has no guard: a change that somebody else makes in the moment between the last look and the "
    "write is overwritten, and shows only in the version that it answers."
)
ROLLBACKS = (
    "Every UpdatePipeline ends what RollbackStage can go back to (`on-failure: rollback` of a deploy): until an "
    "execution has succeeded in a stage under the new declaration, that stage has no way back."
)


def role_findings(
    request: PipelineRoleRequest, document: Mapping[str, Any], keys: Sequence[StoreKey], under_way: Sequence[str]
) -> tuple[Finding, ...]:
    """Return what stands against the change, and what comes with it."""
    found = [_of_the_role(request)]
    if request.role.account != request.account.id:
        found += [_of_a_key(request, key) for key in keys]
    if under_way:
        says = f"executions are under way, and an update cancels them: {', '.join(under_way[:5])}"
        mend = "Wait until they have ended, or stop them, and run again."
        found.append(Finding(check="under-way", verdict=Verdict.FAIL, says=says, mend=mend))
    else:
        found.append(Finding(check="under-way", verdict=Verdict.PASS, says="no execution is under way"))
    if document.get("pipelineType") == "V2":  # only these have RollbackStage
        found.append(Finding(check="rollbacks", verdict=Verdict.WARN, says=ROLLBACKS))
    found += _of_secrets(document)
    return tuple(found)


def _of_secrets(document: Mapping[str, Any]) -> list[Finding]:
    """Return a warning of the actions of whose configuration AWS tells a value as a mask, which is given back to it."""
    hidden = [
        str(one["name"])
        for stage in document.get("stages", [])
        for one in stage.get("actions", [])
        if MASK in one.get("configuration", {}).values()
    ]
    if not hidden:
        return []
    says = f"AWS shows a secret of {', '.join(hidden)} as {MASK}, and is given that back"
    mend = "Look afterwards whether the action still gets in; where it does not, enter its secret anew."
    return [Finding(check="secrets", verdict=Verdict.WARN, says=says, mend=mend)]


def _of_the_role(request: PipelineRoleRequest) -> Finding:
    role, account = request.role, request.account
    if role.account == account.id and not request.same_account:
        says = f"{role} is a role of the pipeline's own account, and deploys nowhere else"
        mend = "Give the role of the account that is deployed into; or say `same-account` where that is meant."
        return Finding(check="role", verdict=Verdict.FAIL, says=says, mend=mend)
    production = request.production
    if production is not None and role.account not in {production.id, account.id}:
        says = f"{role} is of account {role.account}; the file has the pipeline deploy into {production.name}, "
        return Finding(
            check="role", verdict=Verdict.WARN, says=says + production.id, mend="Correct the role, or the file."
        )
    return Finding(check="role", verdict=Verdict.PASS, says=f"{role} is of account {role.account}")


def _of_a_key(request: PipelineRoleRequest, key: StoreKey) -> Finding:
    """A cross-account action can only use a customer's key that is not named by its alias.

    https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_EncryptionKey.html
    """
    verdict, says = _judged(request, key)
    mend = (
        'Give the artifact store of that region "encryptionKey": {"id": KEY_ARN, "type": "KMS"}, with a key of your '
        f"own whose policy lets account {request.role.account} use it (templates/pipeline.yaml makes one)."
    )
    good = verdict is Verdict.PASS
    return Finding(check="artifact-key", verdict=verdict, says=says, mend="" if good else mend, region=key.region)


def _judged(request: PipelineRoleRequest, key: StoreKey) -> tuple[Verdict, str]:
    other = f"which account {request.role.account} cannot use: the action would fail"
    if not key.written:
        return Verdict.FAIL, f"the artifact store in {key.region} names no key, so AWS's own encrypts, {other}"
    if "alias/" in key.written:
        return Verdict.FAIL, f"the artifact store in {key.region} names its key by the alias {key.written}, {other}"
    if isinstance(key.customers, Unseen):
        return Verdict.UNKNOWN, f"nobody may look whether {key.written} is a key of your own: {key.customers.why}"
    if key.customers is None or key.customers.value is None:
        return Verdict.FAIL, f"the artifact store in {key.region} names {key.written}, which is no key there"
    if not key.customers.value:
        return Verdict.FAIL, f"the artifact store in {key.region} names a key that AWS manages, {other}"
    return Verdict.PASS, f"the artifact store in {key.region} has a key of your own"
