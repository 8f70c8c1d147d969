"""Another role for the deploy actions of a pipeline that somebody made: what changes of its declaration. Pure.

https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-create-cross-account.html
"""

from __future__ import annotations

import copy
import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from waybill.domain.arns import KeyArn, RoleArn
from waybill.domain.findings import Finding, Seen, Unseen, Verdict
from waybill.domain.setup.estate import Member
from waybill.domain.setup.requests import Members
from waybill.errors import Fault

S3 = "S3"


@dataclass(frozen=True, slots=True)
class Declaration:
    """What GetPipeline gives without its metadata, and UpdatePipeline takes. `version` counts its updates."""

    document: Mapping[str, Any]
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EditedAction:
    """One action that gets the role. `before` None: it had the pipeline's own. `region` is where it runs."""

    stage: str
    name: str
    region: str
    before: str | None

    def to_json(self) -> dict[str, Any]:
        """Return the action as a part of the result document."""
        return {"stage": self.stage, "action": self.name, "region": self.region, "before": self.before}


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What becomes of a declaration: `after` is `before` with the role in the actions."""

    actions: tuple[EditedAction, ...]
    before: Mapping[str, Any]
    after: Mapping[str, Any]

    @property
    def changes(self) -> bool:
        """Whether anything is another after it."""
        return self.before != self.after

    def diff(self, name: str) -> tuple[str, ...]:
        """Return the unified diff of both as JSON, a line each; empty where nothing changes."""
        before, after = (
            json.dumps(one, indent=2, ensure_ascii=False).splitlines() for one in (self.before, self.after)
        )
        was, will = f"{name} as it is", f"{name} with the role"
        return tuple(difflib.unified_diff(before, after, fromfile=was, tofile=will, lineterm=""))


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreKey:
    """What encrypts the artifacts in one region: the key as written there (None: nothing is), and what KMS says.

    `customers`: whether the key is the customer's own; None: there is no such key.
    """

    region: str
    written: str | None
    customers: Seen[bool | None] | Unseen | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineRoleRequest(Members):
    """What is asked of `setup pipeline-role`. `account` has the pipeline; `action` None: all S3 deploy actions.

    `production` is the account that the file says the pipeline deploys into, where the file knows it.
    """

    account: Member
    role: RoleArn
    pipeline: str
    region: str
    action: str | None = None
    production: Member | None = None
    same_account: bool = False
    yes: bool = False
    again: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleEdited:
    """The body of `setup pipeline-role`. `version_after` None: nothing was written."""

    request: PipelineRoleRequest
    version: int
    edit: Edit
    findings: tuple[Finding, ...] = ()
    version_after: int | None = None
    notes: tuple[str, ...] = field(default=())

    @property
    def refused(self) -> bool:
        """Whether anything stands against it."""
        return any(one.verdict is Verdict.FAIL for one in self.findings)

    def to_json(self) -> dict[str, Any]:
        """Return the members that the result document has more."""
        asked = self.request
        return {
            "pipeline_role": {
                "pipeline": asked.pipeline,
                "region": asked.region,
                "account": asked.account.name,
                "account_id": asked.account.id,
                "role": asked.role.text,
                "version": self.version,
                "version_after": self.version_after,
                "actions": [one.to_json() for one in self.edit.actions],
                "diff": "\n".join(self.edit.diff(asked.pipeline)),
                "findings": [one.to_json() for one in self.findings],
                "notes": list(self.notes),
            }
        }


def edit(document: Mapping[str, Any], role: str, *, region: str, action: str | None = None) -> Edit | Fault:
    """Return the declaration with the role in its S3 deploy actions, or in the one action that is named.

    A `Fault` where there is no such action, or where it is a source's.
    """
    after = copy.deepcopy(dict(document))
    found = []
    for stage in after.get("stages", []):
        for one in stage.get("actions", []):
            if _is_meant(one, action):
                where = str(one.get("region") or region)
                name = EditedAction(stage=stage["name"], name=one["name"], region=where, before=one.get("roleArn"))
                found.append(name)
                one["roleArn"] = role
    if found:
        return Edit(actions=tuple(found), before=document, after=after)
    actions = [one for stage in after.get("stages", []) for one in stage.get("actions", []) if not _source(one)]
    example = str(actions[-1]["name"]) if actions else ""
    if action is None:
        return Fault("action", "", "is missing: the pipeline has no S3 deploy action.", example)
    return Fault("action", action, "is no action of the pipeline that could have a role of another account.", example)


def _is_meant(action: Mapping[str, Any], name: str | None) -> bool:
    if name is not None:
        return bool(action.get("name") == name and not _source(action))
    kind = action.get("actionTypeId", {})
    return (kind.get("category"), kind.get("provider")) == ("Deploy", S3)


def _source(action: Mapping[str, Any]) -> bool:
    return bool(action.get("actionTypeId", {}).get("category") in {"Source", "Approval"})


def store_keys(document: Mapping[str, Any], edited: Edit, *, region: str) -> tuple[StoreKey, ...]:
    """Return what encrypts the artifacts in every region where an edited action runs."""
    one = document.get("artifactStore")
    stores = document.get("artifactStores") or ({region: one} if one else {})
    regions = dict.fromkeys(action.region for action in edited.actions)
    written = {name: (stores.get(name) or {}).get("encryptionKey", {}).get("id") for name in regions}
    return tuple(StoreKey(region=name, written=written[name]) for name in regions)


def key_arn(key: StoreKey, *, partition: str, account: str) -> KeyArn | None:
    """Return the ARN of a store's key, for KMS to be asked; None where there is none, or nothing that could be one."""
    if not key.written:
        return None
    try:
        return KeyArn.normalise(key.written, partition=partition, region=key.region, account=account)
    except ValueError:
        return None
