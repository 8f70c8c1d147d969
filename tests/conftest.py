"""What every test starts from: nobody's credentials, nobody's runner, and no network beyond this machine."""

from __future__ import annotations

import gc
import os
import socket
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from threads import used_again

pytest_plugins = ("contract.shared",)

AMBIENT = ("AWS_", "GITHUB_", "INPUT_", "STARTIFACT_", "ACTIONS_", "RUNNER_")
"""Variables beginning so would let a developer's account or a CI job leak into the tests."""

LOOPBACK = ("127.", "localhost", "::1")

settings.register_profile("waybill", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("waybill")


def pytest_configure(config: pytest.Config) -> None:
    """Empty the environment of everything ambient, and shut the way out."""
    config.addinivalue_line("markers", "lax(name): must fail where contract/laxness.py has this name")
    for name in [name for name in os.environ if name.startswith(AMBIENT)]:
        del os.environ[name]
    os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
    os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
    if not config.getoption("markexpr", "").startswith("container"):
        sys.addaudithook(refuse_the_network)


def pytest_collection_finish() -> None:
    """Leave what collection made out of every later garbage collection: it is much, and stays to the end."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def refuse_the_network(event: str, arguments: Iterable[Any]) -> None:
    """Raise where this process connects to anything but itself or its neighbours on this machine."""
    if event != "socket.connect":
        return
    connection, address = arguments
    if connection.family in {socket.AF_INET, socket.AF_INET6} and not str(address[0]).startswith(LOOPBACK):
        raise ConnectionRefusedError(f"a test tried to reach {address!r}")


@pytest.fixture(scope="session", autouse=True)
def _threads_are_used_again() -> Iterator[None]:
    with used_again():
        yield


@pytest.fixture(scope="session", autouse=True)
def _models_are_read_once() -> Iterator[None]:
    """Let every session of this process share what it reads of botocore's models: a third of what a client costs.

    In a process of its own, as people run it, Waybill reads each of them once anyway.
    """
    # Here, because no test of the pure parts needs them.
    import botocore.client
    from botocore.loaders import JSONFileLoader

    from waybill.aws.models import _Files

    with pytest.MonkeyPatch.context() as patch:
        for loader in (JSONFileLoader, _Files):
            patch.setattr(loader, "load_file", _by_path(loader.load_file))
        patch.setattr(botocore.client, "ServiceModel", _by_document(botocore.client.ServiceModel))
        yield


def _by_path(load: Callable[[Any, str], Any]) -> Callable[[Any, str], Any]:
    found: dict[str, Any] = {}

    @wraps(load)
    def loaded(loader: Any, path: str) -> Any:
        if found.get(path) is None:
            found[path] = load(loader, path)
        return found[path]

    return loaded


def _by_document(make: Callable[..., Any]) -> Callable[..., Any]:
    made: dict[tuple[int, str], tuple[Any, Any]] = {}

    def model(document: Any, service_name: str) -> Any:
        # The document is kept beside its model, so that no other gets its number.
        key = (id(document), service_name)
        if key not in made:
            made[key] = (make(document, service_name=service_name), document)
        return made[key][0]

    return model
