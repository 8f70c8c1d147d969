"""A promotion with `codeartifact`: copied inside a domain, published across domains, before the channel moves."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fakes.aws import DEVELOPMENT, PRODUCTION, REGIONS
from fakes.calls import Call
from fakes.packages import DomainState, VersionState
from promises.crossing import Crossing
from promises.stand import METADATA, PROJECT, SMALL, VERSION
from waybill.domain.packages.version import PackagePlace
from waybill.domain.result import Outcome, Result
from waybill.errors import ExitCode, WaybillError
from waybill.progress import Warned

KEY = ("web", PROJECT, VERSION)
INSIDE = {
    "codeartifact": "acme/releases/web",
    "from-codeartifact": "acme/staging/web",
    "codeartifact-account": DEVELOPMENT,
}


@pytest.fixture
def crossing(tmp_path: Path) -> Crossing:
    """Return the world with a version staged, and published, in development."""
    crossing = Crossing(tmp_path)
    domain = DomainState(repositories={"staging": {}, "releases": {}}, guests={PRODUCTION})
    crossing.world.packages[DEVELOPMENT, REGIONS[0], "acme"] = domain
    crossing.world.packages[PRODUCTION, REGIONS[0], "theirs"] = DomainState(repositories={"releases": {}})
    place = PackagePlace(domain="acme", repository="staging", namespace="web")
    crossing.staged(package=place, metadata=METADATA, keep_filename=True)
    return crossing


def shared(crossing: Crossing) -> DomainState:
    return crossing.world.packages[DEVELOPMENT, REGIONS[0], "acme"]


def done(crossing: Crossing, **values: str) -> Result:
    ended = crossing.finish(**{**INSIDE, **values})
    assert isinstance(ended, Result), ended
    return ended


def refused(crossing: Crossing, **values: str) -> tuple[ExitCode, str]:
    """Return the code and the words of a promotion that did not succeed, and moved no channel."""
    ended = crossing.finish(**{**INSIDE, **values})
    assert crossing.named() == [None] * 3
    if isinstance(ended, WaybillError):
        return ended.exit_code, str(ended)
    return ended.exit_code, str(ended.error)


def warnings(crossing: Crossing) -> list[str]:
    return [event.text for event in crossing.reporter.of(Warned)]


def written(crossing: Crossing) -> list[str]:
    return [call.call for call in crossing.world.writes() if call.call in {"publish", "copy-package"}][3:]


def test_inside_a_domain_it_is_copied_before_the_channel_moves(crossing: Crossing) -> None:
    crossing.world.on(
        "put-parameter",
        lambda _: pytest.fail("not copied yet") if KEY not in shared(crossing).repositories["releases"] else None,
        times=None,
    )
    result = done(crossing)
    assert (result.outcome, written(crossing)) == (Outcome.CREATED, ["copy-package"])
    assert result.package is not None
    assert (result.package.outcome, result.package.copied) == (Outcome.CREATED, "staging")
    both = shared(crossing).repositories
    assert both["releases"][KEY] == both["staging"][KEY]
    again = done(crossing)
    assert (again.changed, again.outcome, written(crossing)) == (False, Outcome.ALREADY, ["copy-package"])


def test_across_domains_it_is_published_with_the_targets_own_waybill(crossing: Crossing) -> None:
    values = {"codeartifact": "theirs/releases/web", "codeartifact-account": PRODUCTION}
    result = done(crossing, **values)
    assert (result.exit_code, written(crossing)) == (ExitCode.OK, ["publish"] * 3)
    there = crossing.world.packages[PRODUCTION, REGIONS[0], "theirs"].repositories["releases"][KEY]
    assert (there.status, there.assets["app.bin"]) == ("Published", SMALL)
    assert json.loads(there.assets["waybill.json"])["chain"][0]["account"] == DEVELOPMENT
    assert result.package is not None
    assert result.package.copied is None


@pytest.mark.parametrize("values", [{"from-codeartifact": ""}, {"transfer": "relay"}])
def test_it_is_published_where_no_copy_is_asked_for(crossing: Crossing, values: dict[str, str]) -> None:
    done(crossing, **values)
    assert written(crossing) == ["publish"] * 3


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda domain: domain.repositories["staging"].clear(), "is not there"),
        (lambda domain: setattr(domain.repositories["staging"][KEY], "status", "Unfinished"), "is Unfinished"),
        (lambda domain: setattr(domain.repositories["staging"][KEY], "status", "Archived"), "is Archived"),
    ],
)
def test_what_cannot_be_copied_is_published_with_a_warning_or_refused_with_copy(
    crossing: Crossing, change: object, why: str
) -> None:
    assert callable(change)
    change(shared(crossing))
    code, said = refused(crossing, transfer="copy")
    assert (code, written(crossing)) == (ExitCode.ARTIFACT, [])
    assert why in said
    assert done(crossing).exit_code is ExitCode.OK
    assert written(crossing) == ["publish"] * 3
    assert any(why in text for text in warnings(crossing))


@pytest.mark.parametrize("code", ["MISMATCHED_STATUS", "MISMATCHED_REVISION", "NOT_FOUND"])
def test_a_failure_inside_an_answer_that_is_well_is_understood(crossing: Crossing, code: str) -> None:
    def change(_: Call) -> None:
        domain = shared(crossing)
        if code == "NOT_FOUND":
            domain.repositories["staging"].clear()
        elif code == "MISMATCHED_REVISION":
            domain.repositories["staging"][KEY].revision = "r77"
        else:
            domain.repositories["staging"][KEY].status = "Archived"

    crossing.world.on("copy-package", change)
    exit_code, said = refused(crossing, transfer="copy")
    assert exit_code is ExitCode.ARTIFACT
    assert code in said


def test_somebody_who_copies_it_meanwhile_is_no_hindrance(crossing: Crossing) -> None:
    def rival(_: Call) -> None:
        both = shared(crossing).repositories
        found = both["staging"][KEY]
        both["releases"][KEY] = VersionState(found.status, found.revision, dict(found.assets))

    crossing.world.on("copy-package", rival)
    assert done(crossing).exit_code is ExitCode.OK


def test_p2_a_source_that_holds_something_else_is_a_conflict_and_nothing_is_written(crossing: Crossing) -> None:
    shared(crossing).repositories["staging"][KEY].assets["app.bin"] = b"else"
    crossing.world.calls.forget()
    code, said = refused(crossing)
    assert (code, crossing.world.writes()) == (ExitCode.CONFLICT, [])
    assert "acme/staging/web" in said


def test_the_package_is_a_fact_of_the_plan(crossing: Crossing) -> None:
    planned = done(crossing, **{"plan-only": "true"})
    assert planned.to_json()["plan"]["package"] == {
        "to": "acme/releases/web",
        "account": DEVELOPMENT,
        "region": "",
        "from": "staging",
    }
    assert planned.plan_digest is not None
    digest = planned.plan_digest
    code, _ = refused(crossing, **{"plan-digest": digest, "codeartifact": "acme/staging/web"})
    assert code is ExitCode.CONFLICT
    assert done(crossing, **{"plan-digest": digest}).exit_code is ExitCode.OK


def test_a_copy_that_is_denied_is_relayed(crossing: Crossing) -> None:
    crossing.world.deny("copy-package")
    assert done(crossing).exit_code is ExitCode.OK
    assert written(crossing) == ["copy-package", "publish", "publish", "publish"]
    assert any("copy" in text for text in warnings(crossing))
