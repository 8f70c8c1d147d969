"""A sandbox of doctor's own, which tests break and mend; and doctor as it runs there, without a process of its own."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from fakes.reporter import RecordingReporter
from inputs.given import around
from waybill.aws.gateway import AwsGateway, Surroundings
from waybill.aws.sessions import Session, ambient
from waybill.cancel import Cancellation
from waybill.commands.doctor.doctor import doctor
from waybill.commands.tools import Tools
from waybill.domain.doctor.examined import Examined
from waybill.domain.findings import Finding
from waybill.domain.result import Result
from waybill.inputs import doctor as inputs
from waybill.process import SystemClock
from waybill.retry import Retry
from waybill.sandbox import layout
from waybill.sandbox.breaking.hands import Hands
from waybill.sandbox.server import Sandbox, running


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with running({}) as started:
        yield started


@pytest.fixture(scope="module")
def hands(sandbox: Sandbox) -> Hands:
    return Hands(sandbox.url, sandbox.accounts)


@pytest.fixture(scope="module")
def sessions(sandbox: Sandbox) -> Iterator[Callable[[str], Session]]:
    """Return the session of an identity of the development account: its clients are made once."""
    made: dict[str, Session] = {}
    with pytest.MonkeyPatch.context() as patch:

        def session(identity: str) -> Session:
            for name, value in sandbox.environment(identity=identity).items():
                patch.setenv(name, value)
            if identity not in made:
                made[identity] = ambient()
                made[identity].credentials()
            return made[identity]

        yield session


Look = Callable[..., Result]


@pytest.fixture
def look(sessions: Callable[[str], Session]) -> Look:
    """Run doctor; `values` are inputs, `_` for `-`; `identity` is `user` or `root`; `claims` those of a token."""

    def run(*, identity: str = "user", access_key: str = "ASIAEXAMPLE", **values: str) -> Result:
        base = sessions(identity)
        given = {name.replace("_", "-"): text for name, text in values.items()}
        here = around(places=layout.REGIONS, regions=base.known_regions())
        return doctor(inputs.read(given, here, access_key=access_key), tools(base))

    return run


def tools(base: Session) -> Tools:
    clock, cancellation = SystemClock(Cancellation()), Cancellation()
    retry = Retry(clock=clock, random=random.random, check=cancellation.check, budget=5.0)
    surroundings = Surroundings(
        id_token=lambda _: "",
        mask=lambda _: None,
        warn=lambda _: None,
        told=lambda *_: None,
        check=cancellation.check,
        retry=retry,
    )
    return Tools(
        gateways=lambda identity: AwsGateway(base, identity, surroundings, regions=layout.REGIONS),
        clock=clock,
        reporter=RecordingReporter(),
        cancellation=cancellation,
        retry=retry,
        known_regions=base.known_regions(),
        run_id="42",
        console=False,
    )


def findings(result: Result) -> tuple[Finding, ...]:
    assert isinstance(result.body, Examined)
    return result.body.findings


def troubles(result: Result) -> Mapping[str, list[Finding]]:
    """Return what is not good, by the name of the check."""
    found: dict[str, list[Any]] = {}
    for one in findings(result):
        if not one.good:
            found.setdefault(one.check, []).append(one)
    return found
