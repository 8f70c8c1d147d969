"""Pipelines as they are declared, in the fake and in the sandbox, through Waybill's own adapter."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from time import sleep
from typing import Any

import pytest

from contract.pipeline_places import SandboxPlace, Wanted
from fakes.aws import DEVELOPMENT, REGIONS, FakeAws
from fakes.state import DeclaredState
from waybill.ports.account import Account
from waybill.ports.declarations import Declarations

REGION = REGIONS[0]
ROLE = "arn:aws:iam::222222222222:role/otherrole"


@dataclass(frozen=True, slots=True)
class Place:
    """Development's account; what makes a pipeline, and what starts an execution that does not end."""

    account: Account
    make: Callable[[], str]
    start: Callable[[str], str]

    @property
    def declarations(self) -> Declarations:
        return self.account.declarations(REGION)


def declared(name: str) -> dict[str, Any]:
    """Return a small declaration."""
    source = {"category": "Source", "owner": "AWS", "provider": "S3", "version": "1"}
    push = {"category": "Deploy", "owner": "AWS", "provider": "S3", "version": "1"}
    return {
        "name": name,
        "roleArn": "arn:aws:iam::111111111111:role/codepipeline-service-role",
        "stages": [
            {"name": "Source", "actions": [{"name": "Source", "actionTypeId": source}]},
            {"name": "Deploy", "actions": [{"name": "Push", "actionTypeId": push}]},
        ],
    }


def in_the_fake() -> Place:
    world = FakeAws.prepared()

    def make() -> str:
        name = Wanted().name
        world.declarations[DEVELOPMENT, REGION, name] = DeclaredState(document=declared(name))
        return name

    def start(name: str) -> str:
        world.declarations[DEVELOPMENT, REGION, name].under_way.append("1")
        return "1"

    return Place(world.account(DEVELOPMENT), make, start)


def in_the_sandbox(place: SandboxPlace) -> Place:
    def make() -> str:
        wanted = Wanted()
        place.plant(wanted.key, b"not a zip")
        return place.make(wanted)

    def start(name: str) -> str:
        place.hold(name)
        return str(place.client("codepipeline").start_pipeline_execution(name=name)["pipelineExecutionId"])

    return Place(place.account, make, start)


@pytest.fixture(params=["fake", pytest.param("sandbox", marks=pytest.mark.engine)])
def place(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Place:
    if request.param == "fake":
        return in_the_fake()
    found: SandboxPlace = request.getfixturevalue("pipelines_sandbox")
    for name, value in found.environment.items():
        monkeypatch.setenv(name, value)
    return in_the_sandbox(found)


def with_role(document: Any) -> Any:
    edited = copy.deepcopy(dict(document))
    edited["stages"][-1]["actions"][0]["roleArn"] = ROLE
    return edited


def test_a_declaration_is_what_was_declared_without_metadata_and_with_its_version(place: Place) -> None:
    name = place.make()
    found = place.declarations.read(name)
    assert found is not None
    assert (found.document["name"], found.version) == (name, 1)
    assert not {"version", "metadata", "created", "updated"} & found.document.keys()
    assert [stage["name"] for stage in found.document["stages"]] == ["Source", "Deploy"]
    assert place.declarations.read("nobody-made-this") is None


def test_an_update_is_read_again_as_it_was_given_in_the_next_version(place: Place) -> None:
    name = place.make()
    found = place.declarations.read(name)
    assert found is not None
    edited = with_role(found.document)
    assert place.declarations.update(edited).version == 2
    again = place.declarations.read(name)
    assert again is not None
    assert (again.document, again.version) == (edited, 2)
    assert place.declarations.update(again.document).version == 3


def test_what_is_under_way_is_seen_and_an_update_cancels_it(place: Place) -> None:
    name = place.make()
    assert list(place.declarations.under_way(name)) == []
    execution = place.start(name)
    assert list(place.declarations.under_way(name)) == [execution]
    found = place.declarations.read(name)
    assert found is not None
    place.declarations.update(with_role(found.document))
    for _ in range(100):
        if not place.declarations.under_way(name):
            break
        sleep(0.05)
    assert list(place.declarations.under_way(name)) == []
