"""P8: packages are published, copied and read under the session policy of the run, which opens nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from fakes.account import FakeAccount
from fakes.aws import DEVELOPMENT, PRODUCTION, REGIONS, FakeAws
from fakes.packages import DomainState, FakePackages
from fakes.refusals import denied
from promises.crossing import Crossing
from promises.downloading import Downloads
from promises.iam import Need, allows
from promises.stand import PROJECT, Stand
from waybill.domain.arns import Caller, RoleArn
from waybill.domain.calls import On
from waybill.domain.identity import Identity
from waybill.domain.packages.calls import (
    PACKAGE_CALLS,
    PACKAGE_COPY_CALLS,
    PACKAGE_LOOK_CALLS,
    PACKAGE_READ_CALLS,
    published_package_copy_policy,
    published_package_policy,
    published_package_read_policy,
)
from waybill.domain.packages.version import PackageId, PackagePlace, StoredPackage
from waybill.domain.result import Result
from waybill.domain.statements import MAX_SESSION_POLICY
from waybill.errors import ExitCode
from waybill.ports.packages import CopyFault, NewAsset, Put

PLACE = PackagePlace(domain="acme", repository="releases", namespace="web")
ROLE = Identity(role=RoleArn.parse(f"arn:aws:iam::{PRODUCTION}:role/waybill-stage"))


@dataclass(slots=True)
class Judge:
    """Hears what CodeArtifact is asked, and refuses what the session's policy does not allow."""

    policies: list[str] = field(default_factory=list)
    needed: set[tuple[str, str]] = field(default_factory=set)

    def hear(self, policy: str, action: str, resource: str) -> None:
        self.needed.add((action, resource))
        if not allows(policy, Need(f"codeartifact:{action}", resource, On.PACKAGE)):
            raise denied(f"codeartifact:{action}", resource, "no session policy allows it")

    def actions(self) -> set[str]:
        return {f"codeartifact:{action}" for action, _ in self.needed}


class Narrowed(FakeAccount):
    """An account as one session sees it: its packages are held to its policy."""

    def __init__(self, world: FakeAws, caller: Caller, judge: Judge, policy: str) -> None:
        super().__init__(world, caller)
        self._judge = judge
        self._policy = policy

    def packages(self, region: str) -> FakePackages:
        return Judged(self._world, region, self._caller.account, self._judge, self._policy)


class Judged(FakePackages):
    """Packages that are asked for as AWS asks: each call on the ARNs that it is judged on."""

    def __init__(self, world: Any, region: str, account: str, judge: Judge, policy: str) -> None:
        super().__init__(world, region=region, account=account)
        self._judge = judge
        self._policy = policy

    def _hear(self, action: str, resource: str) -> None:
        self._judge.hear(self._policy, action, resource)

    def look(self, package: PackageId) -> StoredPackage | None:
        self._hear("DescribePackageVersion", package.arn())
        self._hear("ListPackageVersionAssets", package.arn())
        return super().look(package)

    def versions(self, package: PackageId) -> Sequence[str]:
        self._hear("ListPackageVersions", package.arn())
        return super().versions(package)

    def publish(self, package: PackageId, asset: NewAsset, *, unfinished: bool) -> Put | None:
        self._hear("PublishPackageVersion", package.arn())
        return super().publish(package, asset, unfinished=unfinished)

    def read(self, package: PackageId, asset: str, *, limit: int) -> bytes | None:
        self._hear("GetPackageVersionAsset", package.arn())
        return super().read(package, asset, limit=limit)

    def stream(self, package: PackageId, asset: str) -> Iterator[bytes]:
        self._hear("GetPackageVersionAsset", package.arn())
        return super().stream(package, asset)

    def copy(self, package: PackageId, source: str, *, revision: str) -> CopyFault | None:
        self._hear("CopyPackageVersions", package.arn())
        self._hear("CopyPackageVersions", package.repository_arn())
        self._hear("ReadFromRepository", replace(package, repository=source).repository_arn())
        return super().copy(package, source, revision=revision)


@dataclass(slots=True)
class NarrowGateway:
    """Implements `ports.Gateway`."""

    world: FakeAws
    caller: Caller
    judge: Judge

    def enter(self, policy: str) -> FakeAccount:
        self.judge.policies.append(policy)
        return Narrowed(self.world, self.caller, self.judge, policy)


def gateway(stand: Stand, judge: Judge) -> NarrowGateway:
    return NarrowGateway(stand.world, Caller(f"arn:aws:sts::{PRODUCTION}:assumed-role/x/y", PRODUCTION), judge)


@pytest.fixture
def judge() -> Judge:
    return Judge()


@pytest.fixture
def domain(stand: Stand) -> DomainState:
    made = DomainState(repositories={"releases": {}, "staging": {}})
    stand.world.packages[PRODUCTION, REGIONS[0], "acme"] = made
    return made


def staged(stand: Stand, judge: Judge, **changes: Any) -> Result:
    return stand.stage(gateway=gateway(stand, judge), identity=ROLE, package=PLACE, **changes)


def test_a_stage_publishes_under_its_session_policy(stand: Stand, domain: DomainState, judge: Judge) -> None:
    assert staged(stand, judge).exit_code is ExitCode.OK
    assert staged(stand, judge).exit_code is ExitCode.OK
    assert judge.actions() == {call.action for call in PACKAGE_CALLS}


def test_a_dry_run_may_not_publish(stand: Stand, domain: DomainState, judge: Judge) -> None:
    staged(stand, judge, dry_run=True)
    for policy in judge.policies:
        assert "PublishPackageVersion" not in policy
    assert judge.actions() <= {call.action for call in PACKAGE_LOOK_CALLS}


def test_a_stage_without_codeartifact_may_do_nothing_there(stand: Stand, judge: Judge) -> None:
    stand.stage(gateway=gateway(stand, judge), identity=ROLE)
    assert not any("codeartifact" in policy for policy in judge.policies)


def test_a_download_reads_under_its_session_policy(
    stand: Stand, domain: DomainState, judge: Judge, downloads: Downloads
) -> None:
    stand.stage(package=PLACE)
    for wanted in ("1.2.3", "^1", "latest"):
        result = downloads.run(wanted, gateway=gateway(stand, judge), identity=ROLE, package=PLACE)
        assert result.exit_code is ExitCode.OK
    assert judge.actions() == {call.action for call in PACKAGE_READ_CALLS}
    assert not any("PublishPackageVersion" in policy for policy in judge.policies)


@pytest.fixture
def downloads(stand: Stand) -> Downloads:
    folder = stand.folder / "here"
    folder.mkdir()
    return Downloads(stand, folder)


def test_a_promotion_copies_under_its_session_policy(stand: Stand, judge: Judge) -> None:
    crossing = Crossing(stand.folder)
    domain = DomainState(repositories={"releases": {}, "staging": {}}, guests={PRODUCTION})
    crossing.world.packages[DEVELOPMENT, REGIONS[0], "acme"] = domain
    crossing.staged(package=replace(PLACE, repository="staging"))
    crossing.gateways[PRODUCTION] = gateway(crossing, judge)  # type: ignore[assignment]
    values = {"codeartifact": "acme/releases/web", "from-codeartifact": "acme/staging/web"}
    result = crossing.promote(**values, **{"codeartifact-account": DEVELOPMENT})
    assert result.package is not None
    assert (result.exit_code, result.package.copied) == (ExitCode.OK, "staging")
    assert judge.actions() == {call.action for call in (*PACKAGE_LOOK_CALLS, *PACKAGE_COPY_CALLS)}
    assert [len(policy) for policy in judge.policies if len(policy) > MAX_SESSION_POLICY] == []


@pytest.mark.parametrize(
    ("action", "change"),
    [
        ("PublishPackageVersion", {"name": "Other"}),
        ("PublishPackageVersion", {"namespace": "other"}),
        ("PublishPackageVersion", {"repository": "staging"}),
        ("PublishPackageVersion", {"owner": DEVELOPMENT}),
        ("PublishPackageVersion", {"region": REGIONS[1]}),
        ("GetPackageVersionAsset", {"name": "Other"}),
        ("DeletePackageVersions", {}),
        ("UpdatePackageVersionsStatus", {}),
        ("CopyPackageVersions", {}),
        ("PutRepositoryPermissionsPolicy", {}),
    ],
)
def test_what_a_stage_does_not_need_it_may_not(
    stand: Stand, domain: DomainState, judge: Judge, action: str, change: dict[str, str]
) -> None:
    staged(stand, judge)
    package = replace(PLACE.package(PROJECT, "1.2.3", account=PRODUCTION, region=REGIONS[0]), **change)
    for policy in judge.policies:
        assert not allows(policy, Need(f"codeartifact:{action}", package.arn(), On.PACKAGE))


def test_names_however_long_stay_within_what_sts_takes_and_are_never_narrower_than_needed(
    stand: Stand, judge: Judge
) -> None:
    place = PackagePlace(domain="d" * 50, repository="r" * 100, namespace="n" * 255)
    stand.world.packages[PRODUCTION, REGIONS[0], place.domain] = DomainState(repositories={place.repository: {}})
    result = stand.stage(gateway=gateway(stand, judge), identity=ROLE, package=place, project="P" * 120)
    assert result.exit_code is ExitCode.OK
    assert [len(policy) for policy in judge.policies if len(policy) > MAX_SESSION_POLICY] == []


def test_a_promotions_names_however_long_stay_within_what_sts_takes(stand: Stand, judge: Judge) -> None:
    crossing, name, project = Crossing(stand.folder), "d" * 50, "P" * 120
    place = PackagePlace(domain=name, repository="r" * 99, namespace="n" * 255)
    domain = DomainState(repositories={"r" * 99: {}, "t" * 99: {}}, guests={PRODUCTION})
    crossing.world.packages[DEVELOPMENT, REGIONS[0], name] = domain
    crossing.staged(package=place, project=project)
    crossing.gateways[PRODUCTION] = gateway(crossing, judge)  # type: ignore[assignment]
    target, source = (f"{name}/{letter * 99}/{place.namespace}" for letter in "tr")
    values = {"codeartifact": target, "from-codeartifact": source, "codeartifact-account": DEVELOPMENT}
    result = crossing.promote(project=project, **values)
    assert result.package is not None
    assert result.package.copied == "r" * 99
    assert [len(policy) for policy in judge.policies if len(policy) > MAX_SESSION_POLICY] == []


def test_the_published_documents_have_every_call_of_their_tables() -> None:
    for document, calls in (
        (published_package_policy(), PACKAGE_CALLS),
        (published_package_copy_policy(), (*PACKAGE_CALLS, *PACKAGE_COPY_CALLS)),
        (published_package_read_policy(), PACKAGE_READ_CALLS),
    ):
        text = json.dumps(document)
        package = PLACE.package("Any", "*", account=PRODUCTION, region="us-east-1")
        for call in calls:
            assert allows(text, Need(call.action, resource(call.action, package), call.on)), call


def resource(action: str, package: PackageId) -> str:
    reads = action == "codeartifact:ReadFromRepository"
    return replace(package, repository="staging").repository_arn() if reads else package.arn()
