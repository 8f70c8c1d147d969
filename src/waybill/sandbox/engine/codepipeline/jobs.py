"""A run of an action as work to do: in whose name, with which artifacts, and how it fails."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from moto.s3.models import FakeKey

from waybill.sandbox.engine import sts
from waybill.sandbox.engine.admission import Caller
from waybill.sandbox.engine.codepipeline import files
from waybill.sandbox.engine.codepipeline.definition import Action
from waybill.sandbox.engine.codepipeline.execution import ActionRun, Execution, Location
from waybill.sandbox.engine.refusals import Refusal
from waybill.sandbox.engine.stored import Body

PERMISSION: Final = "PermissionError"
CONFIGURATION: Final = "ConfigurationError"
JOB: Final = "JobFailed"


class Failed(Exception):
    """An action fails: with a `code`, and a message for whoever reads the pipeline's history."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Job:
    """One run of an action, and the execution that it is of."""

    run: ActionRun
    execution: Execution

    @property
    def action(self) -> Action:
        """What is run."""
        return self.run.action

    def service(self) -> Caller:
        """Return who CodePipeline is: the session of the pipeline's role."""
        return _session(self.execution.definition.role, self.execution.id)

    def caller(self) -> Caller:
        """Return in whose name the action works: its own role's, or the pipeline's. Raises `Failed`."""
        service = self.service()
        role = self.action.role
        if role is None:
            return service
        if not sts.may_assume(role, service.arn(), service.account):
            raise Failed(
                PERMISSION,
                f"CodePipeline is not authorized to perform AssumeRole on role {role}. User: {service.arn()} is not "
                f"authorized to perform: sts:AssumeRole on resource: {role}",
            )
        return _session(role, self.execution.id)

    def keep(self, body: Body, name: str) -> Location:
        """Put the artifact `name` into the store of the action's region; return where. Raises `Failed`."""
        return self._stored(body, f"{self.execution.definition.name[:20]}/{name[:10]}", self.action.region)

    def artifact(self) -> FakeKey:
        """Return the action's input artifact, read in its own name from the store of its region. Raises `Failed`."""
        where = self.run.inputs[self.action.inputs[0]]
        store = self.execution.definition.stores[self.action.region]
        if where.bucket != store.bucket:
            with _telling(where.bucket):
                found = files.read(where, self.service())
            where = self._stored(found.value, where.key.rpartition("/")[0], self.action.region)
        with _telling(where.bucket):
            return files.read(where, self.caller())

    def _stored(self, body: Body, folder: str, region: str) -> Location:
        store = self.execution.definition.stores[region]
        where = Location(store.bucket, f"{folder}/{uuid.uuid4().hex[:7]}")
        with _telling(store.bucket):
            files.write(where, body, self.service(), key=store.key)
        return where


@contextmanager
def _telling(bucket: str) -> Iterator[None]:
    try:
        yield
    except Refusal as refusal:
        raise Failed(
            PERMISSION,
            "Insufficient permissions\nThe provided role does not have the permissions required to use the artifact "
            f"bucket named {bucket}. Error: Amazon S3:{refusal}",
        ) from refusal


def _session(role: str, name: str) -> Caller:
    account = role.split(":")[4]
    arn = f"arn:aws:sts::{account}:assumed-role/{role.rpartition('/')[2]}/{name}"
    return Caller(account, lambda: arn)
