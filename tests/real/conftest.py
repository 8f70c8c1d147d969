"""The sandbox, and what tests look at it with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from aws.parts import bytes_of
from contract.places import plain as plain_config
from engines import ministack
from engines.ministack import Stack, binary
from real.runner import Runner
from real.tools import new_project
from waybill.domain.policy import published_stage_policy
from waybill.sandbox import layout
from waybill.sandbox.server import Sandbox, running

Client = Any


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with running({}) as started:
        yield started


@pytest.fixture
def environment(sandbox: Sandbox) -> dict[str, str]:
    """What a client of the development account's user has in its environment, in the sandbox."""
    # A prune waits as long as a call may be tried again; nothing here is ever throttled.
    return sandbox.environment({"WAYBILL_RETRY_SECONDS": "5"})


@pytest.fixture(scope="session")
def made() -> dict[tuple[str, ...], Client]:
    """The clients that were made, by where they look: making one costs more than what it is asked."""
    return {}


@pytest.fixture
def look(sandbox: Sandbox, made: dict[tuple[str, ...], Client]) -> Callable[..., Client]:
    """Look into an account of the sandbox from outside: `look("s3", region, account)`."""

    def client(service: str, region: str = layout.HOME_REGION, account: str = layout.PRODUCTION) -> Client:
        where = (sandbox.url, service, region, account)
        if where not in made:
            keys = sandbox.accounts[account]["user"]
            made[where] = boto3.client(
                service,
                region_name=region,
                endpoint_url=sandbox.url,
                aws_access_key_id=keys["access_key_id"],
                aws_secret_access_key=keys["secret_access_key"],
                config=plain_config(),
            )
        return made[where]

    return client


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Permissions that are enforced: the stage role has exactly the policy that is published."""
    if binary() is None:
        pytest.skip("ministack is not installed: `make test` installs it, or WAYBILL_TEST_MINISTACK names it")
    with ministack.running(tmp_path_factory.mktemp("ministack")) as engine:
        yield ministack.prepare(engine, stage_policy=published_stage_policy())


@pytest.fixture
def project() -> str:
    return new_project()


@pytest.fixture
def artifact(tmp_path: Path) -> Path:
    path = tmp_path / "app.bin"
    path.write_bytes(bytes_of(100_003))
    return path


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """An artifact of two parts."""
    path = tmp_path / "large.bin"
    path.write_bytes(bytes_of(17 * 2**20))
    return path


@pytest.fixture
def runner(tmp_path: Path, environment: dict[str, str]) -> Runner:
    """A runner whose job has the credentials of the development account's user."""
    return Runner(tmp_path / "runner", environment)
