"""What the tests of `access` stand on: two accounts, a file, and policies in memory."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from commands.worlds import tools_in
from fakes.account import FakeGateway
from fakes.aws import DEVELOPMENT, PRODUCTION, REGIONS, FakeAws, bucket_name
from fakes.clock import FakeClock
from fakes.policies import add_document, document
from fakes.reporter import RecordingReporter
from inputs.access.example import EXAMPLE
from inputs.given import around
from waybill.cancel import Cancellation
from waybill.commands.access import apply as commands
from waybill.commands.access.remove import remove
from waybill.commands.access.show import show
from waybill.commands.tools import Tools
from waybill.domain.access.grants import Access
from waybill.domain.access.meaning import statements_in
from waybill.domain.access.plan import AccessPlan, DocumentPlan
from waybill.domain.access.refs import Ref
from waybill.domain.iam.documents import Kind
from waybill.domain.identity import Identity
from waybill.domain.result import Result
from waybill.inputs import access_apply, access_remove, access_show
from waybill.inputs.access import read_access
from waybill.inputs.tables.access_apply import ACCESS_APPLY
from waybill.inputs.tables.access_plan import ACCESS_PLAN
from waybill.ports.account import Gateway
from waybill.progress import Warned

HOME, WEST, _ = REGIONS
NUMBERS = {"development": DEVELOPMENT, "production": PRODUCTION}


def ref(kind: Kind, name: str, *, account: str = "development", region: str = HOME) -> Ref:
    return Ref(account=account, owner=NUMBERS[account], region=region, kind=kind, name=name)


DOMAIN = ref(Kind.DOMAIN, "my_domain")
REPOSITORY = ref(Kind.REPOSITORY, "my_domain/my_repo")
BUCKET = ref(Kind.BUCKET, bucket_name(DEVELOPMENT, HOME))
ROLE = ref(Kind.TRUST, "waybill-publish")
OWN_KEY = {"Effect": "Allow", "Principal": {"AWS": DEVELOPMENT}, "Action": "kms:*", "Resource": "*"}
THEIRS = {"Sid": "Theirs", "Effect": "Allow", "Principal": {"AWS": "444444444444"}, "Action": "x:Y", "Resource": "*"}
TRUSTED = {"Sid": "Theirs", "Effect": "Allow", "Principal": {"AWS": DEVELOPMENT}, "Action": "sts:AssumeRole"}


def policy(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [dict(one) for one in statements]}, indent=2)


@dataclass(slots=True)
class Stand:
    """The sandbox's accounts: one domain with one repository, a bucket and a key in each place, and one role."""

    file: dict[str, Any] = field(default_factory=lambda: deepcopy(yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))))
    folder: Path = field(default_factory=Path)
    world: FakeAws = field(default_factory=FakeAws.prepared)
    reporter: RecordingReporter = field(default_factory=RecordingReporter)
    clock: FakeClock = field(default_factory=FakeClock)
    cancellation: Cancellation = field(default_factory=Cancellation)
    gateways: dict[str, FakeGateway] = field(default_factory=dict)
    asked: list[AccessPlan] = field(default_factory=list)

    def __post_init__(self) -> None:
        add_document(self.world, DOMAIN)
        add_document(self.world, REPOSITORY)
        add_document(self.world, ROLE, policy(TRUSTED))
        for account, number in NUMBERS.items():
            for region in REGIONS:
                add_document(self.world, ref(Kind.BUCKET, bucket_name(number, region), account=account, region=region))
                own = {**OWN_KEY, "Principal": {"AWS": number}}
                add_document(self.world, self.key(account, region), policy(own))

    def key(self, account: str = "development", region: str = HOME) -> Ref:
        alias = f"arn:aws:kms:{region}:{NUMBERS[account]}:alias/waybill-staging"
        return ref(Kind.KEY, self.world.kms.aliases[alias].text, account=account, region=region)

    def grants(self, **grants: Mapping[str, Any]) -> None:
        """Let the file have these grants, and no others."""
        self.file["grants"] = {name.replace("_", "-"): dict(one) for name, one in grants.items()}

    def plan(self) -> Result:
        request = access_apply.read(ACCESS_PLAN, {}, self._around(), file=self._read)
        return commands.plan(request, self._tools())

    def apply(self, *, answer: bool | None = None, **values: str) -> Result:
        """Apply; `answer` is what a person says who is asked, None where nobody is there."""
        given = {name.replace("_", "-"): value for name, value in values.items()}
        request = access_apply.read(ACCESS_APPLY, given, self._around(), file=self._read)
        return commands.apply(request, self._tools(), confirm=self._confirm(answer))

    def remove(self, *grants: str, answer: bool | None = None, **values: str) -> Result:
        given = {**values, "grant": "\n".join(grants)}
        request = access_remove.read(given, self._around(), file=self._read)
        return remove(request, self._tools(), confirm=self._confirm(answer))

    def show(self, **values: str) -> Result:
        return show(access_show.read(values, self._around(), file=self._read), self._tools())

    def put(self, of: Ref, *statements: Mapping[str, Any]) -> None:
        """Put a policy as somebody else would, outside the log."""
        document(self.world, of).put(policy(*statements) if statements else None)

    def text(self, of: Ref) -> str | None:
        return document(self.world, of).text

    def sids(self, of: Ref) -> list[str]:
        return [str(one.get("Sid", "")) for one in statements_in(self.text(of) or "{}")]

    def written(self) -> list[str]:
        return [call.name for call in self.world.calls.log() if call.is_write]

    def warnings(self) -> str:
        return " ".join(event.text for event in self.reporter.events if isinstance(event, Warned))

    def _confirm(self, answer: bool | None) -> Callable[[AccessPlan], bool] | None:
        def confirm(found: AccessPlan) -> bool:
            self.asked.append(found)
            return bool(answer)

        return None if answer is None else confirm

    def _read(self, path: Path, regions: frozenset[str]) -> Access:
        del path
        made = self.folder / "access.yaml"
        made.write_text(yaml.safe_dump(json.loads(json.dumps(self.file)), sort_keys=False), encoding="utf-8")
        return read_access(made, regions=regions)

    def _around(self) -> Any:
        return around(regions=frozenset(self.world.regions))

    def _enter(self, identity: Identity) -> Gateway:
        assert identity.account is not None
        return self.gateways.get(identity.account) or self.world.gateway(identity.account)

    def _tools(self) -> Tools:
        return tools_in(self.world, self._enter, self.clock, self.reporter, self.cancellation)


def plans(result: Result) -> dict[Ref, DocumentPlan]:
    assert isinstance(result.body, AccessPlan)
    return {one.ref: one for one in result.body.documents}


def words(result: Result) -> list[str]:
    return [word for one in plans(result).values() for word in one.words]
