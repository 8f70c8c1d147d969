"""CloudFormation's engine with a type of its own, behind a real HTTP server; every answer is held to the model."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from werkzeug.serving import make_server

from sandbox.cloudformation.answers import watch
from waybill.sandbox.engine.cloudformation.face import Face
from waybill.sandbox.engine.cloudformation.kinds import Made, Place
from waybill.sandbox.engine.cloudformation.service import Service
from waybill.sandbox.engine.cloudformation.sets import Sets
from waybill.sandbox.engine.cloudformation.stack import Where

Json = dict[str, Any]
ACCOUNT, REGION = "111111111111", "us-east-1"
PATIENCE = 20.0
THING = "Test::Shelf::Thing"


@dataclass(slots=True, kw_only=True)
class Things:
    """A type of resource: things in a dictionary. A name is taken once; `Value: refuse` is refused by the service."""

    type: str = THING
    known: frozenset[str] = frozenset({"Name", "Value", "Of", "Tags", "Document"})
    replaces: frozenset[str] = frozenset({"Name"})
    there: dict[str, Json] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)

    def create(self, properties: Mapping[str, Any], place: Place) -> Made:
        self.calls.append(("create", place.logical_id))
        name = properties.get("Name") or f"{place.stack}-{place.logical_id}-{uuid4().hex[:6]}"
        if name in self.there:
            raise refusal("CreateThing", "AlreadyExists", f"{name} already exists", 409)
        self._write(name, properties, place)
        return known(name, properties)

    def update(self, made: Made, before: Mapping[str, Any], after: Mapping[str, Any], place: Place) -> Made:
        self.calls.append(("update", place.logical_id))
        self._write(made.physical_id, after, place)
        return known(made.physical_id, after)

    def delete(self, made: Made, properties: Mapping[str, Any], place: Place) -> None:
        self.calls.append(("delete", place.logical_id))
        self.there.pop(made.physical_id, None)

    def _write(self, name: str, properties: Mapping[str, Any], place: Place) -> None:
        if properties.get("Value") == "refuse":
            raise refusal("PutThing", "InvalidValue", "that value is not liked", 400)
        self.there[name] = {**properties, "Tags": dict(place.tags)}


def known(name: str, properties: Mapping[str, Any]) -> Made:
    return Made(name, {"Arn": f"arn:test:{name}", "Value": str(properties.get("Value", ""))})


def refusal(operation: str, code: str, message: str, status: int) -> ClientError:
    about = {"HTTPStatusCode": status, "RequestId": "request"}
    return ClientError({"Error": {"Code": code, "Message": message}, "ResponseMetadata": about}, operation)


@dataclass(frozen=True, slots=True)
class Stand:
    """A client, the things that exist, and what puts faults in."""

    url: str
    client: Any
    things: Things
    service: Service

    def made(self, template: Json, *, name: str = "", status: str = "CREATE_COMPLETE", **more: Any) -> str:
        """Create a stack; return its name once it is at `status`."""
        name = name or f"stack-{uuid4().hex[:8]}"
        self.client.create_stack(StackName=name, TemplateBody=json.dumps(template), **more)
        assert self.ended(name)["StackStatus"] == status
        return name

    def updated(self, name: str, template: Json, *, status: str = "UPDATE_COMPLETE", **more: Any) -> Json:
        self.client.update_stack(StackName=name, TemplateBody=json.dumps(template), **more)
        found = self.ended(name)
        assert found["StackStatus"] == status
        return found

    def ended(self, name: str) -> Json:
        """Return a stack once nothing is under way at it."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            (found,) = self.client.describe_stacks(StackName=name)["Stacks"]
            if not found["StackStatus"].endswith("_IN_PROGRESS"):
                return dict(found)
            time.sleep(0.005)
        raise AssertionError(f"{name} never ended")

    def seen(self, name: str, resource: str, status: str) -> None:
        """Wait until an event is told."""
        deadline = time.monotonic() + PATIENCE
        while (resource, status) not in self.events(name):
            assert time.monotonic() < deadline, "it never came"
            time.sleep(0.005)

    def deleted(self, name: str, *, status: str = "DELETE_COMPLETE", **more: Any) -> Json:
        stack = self.client.describe_stacks(StackName=name)["Stacks"][0]["StackId"]
        self.client.delete_stack(StackName=name, **more)
        found = self.ended(stack)
        assert found["StackStatus"] == status
        return found

    def changes(self, name: str, template: Json, kind: str = "UPDATE", **more: Any) -> Json:
        """Create a change set; return it as it is described."""
        answer = self.client.create_change_set(
            StackName=name,
            ChangeSetName=f"set-{uuid4().hex[:8]}",
            ChangeSetType=kind,
            TemplateBody=json.dumps(template),
            **more,
        )
        return dict(self.client.describe_change_set(ChangeSetName=answer["Id"]))

    def executed(self, change_set: str, *, status: str, **more: Any) -> Json:
        stack = self.client.describe_change_set(ChangeSetName=change_set)["StackId"]
        self.client.execute_change_set(ChangeSetName=change_set, **more)
        found = self.ended(stack)
        assert found["StackStatus"] == status
        return found

    def events(self, name: str) -> list[tuple[str, str]]:
        """Return resources and statuses, the oldest first; the stack itself is its name."""
        pages = self.client.get_paginator("describe_stack_events").paginate(StackName=name)
        found = [(each["LogicalResourceId"], each["ResourceStatus"]) for page in pages for each in page["StackEvents"]]
        return list(reversed(found))

    def reason(self, name: str, resource: str, status: str) -> str:
        found = self.client.describe_stack_events(StackName=name)["StackEvents"]
        return next(
            str(each.get("ResourceStatusReason", ""))
            for each in found
            if (each["LogicalResourceId"], each["ResourceStatus"]) == (resource, status)
        )

    def outputs(self, name: str) -> dict[str, str]:
        (found,) = self.client.describe_stacks(StackName=name)["Stacks"]
        return {each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", [])}


@contextmanager
def standing() -> Iterator[Stand]:
    things = Things()
    service = Service(
        clock=time.time,
        new_id=lambda: str(uuid4()),
        kinds={THING: things},
        client=no_client,
        sets=Sets(ACCOUNT, ("222222222222", "333333333333")),
    )
    server = make_server("127.0.0.1", 0, Face(service, where), threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.port}"
        yield Stand(url, watch(client(url)), things, service)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def client(url: str, region: str = REGION) -> Any:
    return boto3.client(
        "cloudformation",
        endpoint_url=url,
        region_name=region,
        aws_access_key_id="AKIATEST",
        aws_secret_access_key="secret",
        config=Config(retries={"total_max_attempts": 1}),
    )


def where(environ: Mapping[str, Any]) -> Where:
    found = re.search(r"Credential=[^/]+/\d+/([^/]+)/", environ["HTTP_AUTHORIZATION"])
    assert found
    return Where(ACCOUNT, found[1])


def no_client(_: Where) -> Callable[..., Any]:
    def client(service: str, region: str = "") -> Any:
        raise AssertionError(f"things need no {service} in {region}")

    return client


def thing(value: Any = "", **more: Any) -> Json:
    """Return a resource; `more` may have its attributes and its properties."""
    attributes = {name: more.pop(name) for name in list(more) if name in ATTRIBUTES}
    properties = {"Value": value, **more} if value else more
    return {"Type": THING, "Properties": properties, **attributes}


ATTRIBUTES = {"DependsOn", "Condition", "DeletionPolicy", "UpdateReplacePolicy", "Metadata"}


def template(outputs: Json | None = None, **resources: Json) -> Json:
    found: Json = {"Resources": resources}
    if outputs:
        found["Outputs"] = {name: {"Value": value} for name, value in outputs.items()}
    return found


def refused(call: Callable[..., Any], **arguments: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]
