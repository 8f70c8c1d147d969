"""What the tests of `setup plan` and `setup apply` stand on: two accounts, a file, and a CloudFormation in memory."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from commands.setup.standing import role
from commands.worlds import tools_in
from domain.setup.organisations import estate, file, pipeline
from fakes.account import FakeGateway
from fakes.aws import DEVELOPMENT, PRODUCTION, REGIONS, FakeAws
from fakes.clock import FakeClock
from fakes.reporter import RecordingReporter
from fakes.stack_state import StackState
from inputs.given import around
from templates.reading import text
from waybill.cancel import Cancellation
from waybill.commands.setup import apply as commands
from waybill.commands.tools import Tools
from waybill.domain.identity import Identity
from waybill.domain.result import Result
from waybill.domain.setup.estate import Estate
from waybill.domain.setup.plan import SetupPlan, StackPlan
from waybill.domain.setup.stacks.wanted import StackRef
from waybill.inputs import setup_apply as inputs
from waybill.inputs.tables.setup_apply import SETUP_APPLY
from waybill.inputs.tables.setup_plan import SETUP_PLAN
from waybill.ports.account import Gateway

HOME, WEST, _ = REGIONS
NUMBERS = {"development": DEVELOPMENT, "production": PRODUCTION}

FILE = file(
    accounts={
        "development": {"id": DEVELOPMENT, "role": str(role(DEVELOPMENT).text)},
        "production": {"id": PRODUCTION, "role": str(role(PRODUCTION).text), "from": "development"},
    },
    regions=[HOME, WEST],
    repositories={"acme/website": {"stage": ["tag:v*"], "deploy": ["environment:production"]}},
    pipelines={"site": pipeline()},
    clients={"brewery": {"account": "production", "media": {"bucket": "brewery-media"}}},
    registries={"sugarwater": {"account": "development"}},
    projects={"SugarWater": {"pipelines": ["site"], "clients": ["brewery"], "registries": ["sugarwater"]}},
)


def ref(account: str, region: str, name: str) -> StackRef:
    return StackRef(account, region, f"waybill-{name}")


DEV_HOME, DEV_WEST = ref("development", HOME, "region"), ref("development", WEST, "region")
PROD_HOME, PROD_WEST = ref("production", HOME, "region"), ref("production", WEST, "region")
DEV_IDENTITY, PROD_IDENTITY = ref("development", HOME, "identity"), ref("production", HOME, "identity")
PIPELINE, OUTPUT = ref("development", HOME, "pipeline-site"), ref("production", HOME, "production-site")
CLIENT, REGISTRY = ref("production", HOME, "client-brewery"), ref("development", HOME, "registry-sugarwater")
EVERY = {
    *(DEV_HOME, DEV_WEST, PROD_HOME, PROD_WEST, DEV_IDENTITY, PROD_IDENTITY, PIPELINE, OUTPUT, CLIENT, REGISTRY),
}


@dataclass(slots=True)
class Site:
    """Nothing stands there yet. `templates` has those that are other than the package's."""

    file: dict[str, Any] = field(default_factory=lambda: deepcopy(FILE))
    world: FakeAws = field(default_factory=FakeAws)
    templates: dict[str, str] = field(default_factory=dict)
    reporter: RecordingReporter = field(default_factory=RecordingReporter)
    clock: FakeClock = field(default_factory=FakeClock)
    cancellation: Cancellation = field(default_factory=Cancellation)
    gateways: dict[str, FakeGateway] = field(default_factory=dict)
    questions: list[str] = field(default_factory=list)

    def plan(self, values: Mapping[str, str] | None = None) -> Result:
        return commands.plan(
            inputs.read(SETUP_PLAN, values or {}, self._around(), file=self._read), self._tools(), self
        )

    def apply(self, values: Mapping[str, str] | None = None, *, answer: bool | None = None) -> Result:
        """Apply; with `yes` unless other inputs are given. `answer`: what a person says who is asked."""
        given = {"yes": "true"} if values is None else values
        request = inputs.read(SETUP_APPLY, given, self._around(), file=self._read)

        def confirm(question: str) -> bool:
            self.questions.append(question)
            return bool(answer)

        return commands.apply(request, self._tools(), self, confirm=None if answer is None else confirm)

    def text(self, name: str) -> str:
        """Return a template, as `ports.Templates` does."""
        return self.templates.get(name) or text(name)

    def estate(self) -> Estate:
        """Return what the file says."""
        return estate(self.file)

    def standing(self) -> dict[StackRef, str]:
        """Return the stacks that there are, and AWS's word of each."""
        names = {number: name for name, number in NUMBERS.items()}
        return {
            StackRef(names[one.account], one.region, one.name): one.word
            for one in self.world.cloudformation.stacks
            if not one.gone
        }

    def stack(self, of: StackRef) -> StackState:
        found = self.world.cloudformation.find(NUMBERS[of.account], of.region, of.name)
        assert found is not None, f"there is no {of}"
        return found

    def left(self) -> list[str]:
        """Return what plans left behind: change sets that were never executed, and stacks that are nothing else."""
        stacks = [stack for stack in self.world.cloudformation.stacks if not stack.gone]
        sets = [one.told.id for stack in stacks for one in stack.sets.values() if not one.executed]
        begun = [stack for stack in stacks if any(one.executed for one in stack.sets.values())]
        return sets + [stack.id for stack in stacks if stack.word == "REVIEW_IN_PROGRESS" and stack not in begun]

    def called(self, call: str) -> list[str]:
        """Return the stacks of the calls of one kind so far."""
        return [one.name for one in self.world.calls.log() if one.call == call]

    def _read(self, path: Path, regions: frozenset[str]) -> Estate:
        del path, regions
        return self.estate()

    def _around(self) -> Any:
        return around(regions=frozenset(self.world.regions))

    def _enter(self, identity: Identity) -> Gateway:
        assert identity.account is not None
        return self.gateways.get(identity.account) or self.world.gateway(identity.account)

    def _tools(self) -> Tools:
        return tools_in(self.world, self._enter, self.clock, self.reporter, self.cancellation)


def plans(result: Result) -> dict[StackRef, StackPlan]:
    assert isinstance(result.body, SetupPlan)
    return {one.ref: one for one in result.body.stacks}


def actions(result: Result) -> dict[StackRef, str]:
    return {one: plan.action.value for one, plan in plans(result).items()}


def ends(result: Result) -> dict[StackRef, str]:
    return {one: plan.end.value for one, plan in plans(result).items()}
