"""Waybill's adapters, led to a server of a test's own, with a clock that nobody waits for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest
from botocore.loaders import create_loader

from aws.answers import SESSION
from fakes.clock import FakeClock
from waybill.aws.account import AwsAccount
from waybill.aws.calls import Calls
from waybill.aws.gateway import AwsGateway, Surroundings
from waybill.aws.sessions import Session, ambient
from waybill.domain.arns import Caller
from waybill.domain.identity import Identity
from waybill.errors import Unavailable
from waybill.retry import Retry

REGION = "us-east-1"
OWNER = "222222222222"
ACCESS_KEY = "AKIAEXAMPLE000000000"
SECRET_KEY = "ambient-secret-key"


def lead(monkeypatch: pytest.MonkeyPatch, url: str, **more: str) -> None:
    """Let every AWS client of this process ask the server at `url`, as somebody with long-lived credentials."""
    environment = {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_REGION": REGION,
        "NO_PROXY": "127.0.0.1",
    }
    for name, value in {**environment, **more}.items():
        monkeypatch.setenv(name, value)


@cache
def models() -> Any:
    """Return the one reader of botocore's service models: reading them is most of what a client costs."""
    return create_loader()


def here() -> Session:
    """Return the session of the ambient credentials."""
    session = ambient()
    session._session.register_component("data_loader", models())
    return session


@dataclass(slots=True)
class Told:
    """What was said to the person, and to the runner, in order; `order` has both, and what STS was asked."""

    warnings: list[str] = field(default_factory=list)
    masked: list[str] = field(default_factory=list)
    waits: list[tuple[str, Unavailable, float, float]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    clock: FakeClock = field(default_factory=FakeClock)

    def retry(self, **changes: Any) -> Retry:
        return Retry(**{"clock": self.clock, "random": lambda: 0.5, **changes})

    def token(self, audience: str) -> str:
        """Give a new OIDC token at each call."""
        self.tokens.append(f"oidc-token-{len(self.tokens) + 1}-for-{audience}")
        return self.tokens[-1]

    def surroundings(self, check: Callable[[], None] = lambda: None) -> Surroundings:
        return Surroundings(
            id_token=self.token,
            mask=self.masked.append,
            warn=self.warnings.append,
            told=lambda *wait: self.waits.append(wait),
            check=check,
            retry=self.retry(),
        )

    def gateway(self, identity: Identity, session: Session | None = None) -> AwsGateway:
        return AwsGateway(session or here(), identity, self.surroundings(), regions=[REGION])

    def account(self, session: Session | None = None, check: Callable[[], None] = lambda: None) -> AwsAccount:
        """Return the account as somebody with the ambient credentials sees it."""
        return AwsAccount(
            session or here(),
            Calls(self.retry(), caller=SESSION),
            Caller(SESSION, OWNER),
            told=lambda *wait: self.waits.append(wait),
            check=check,
        )
