"""What an account itself is like, in the fake and in the sandbox, through Waybill's own adapter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import pytest

from contract.pipeline_places import ambient_account
from fakes.aws import DEVELOPMENT, FakeAws
from fakes.state import SettingsState
from waybill.domain.setup.checking import AccessKey, PasswordPolicy
from waybill.ports.settings import Settings


class Hands(Protocol):
    """What an administrator does behind the port's back."""

    def name(self, alias: str) -> None: ...

    def ask_for(self, length: int) -> None: ...

    def user(self, name: str, *, active: bool) -> str: ...

    def contact(self, name: str, title: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Place:
    """A bare account, where nobody has set anything."""

    settings: Settings
    hands: Hands


@dataclass(frozen=True, slots=True)
class FakeHands:
    state: SettingsState

    def name(self, alias: str) -> None:
        self.state.aliases = [alias]

    def ask_for(self, length: int) -> None:
        self.state.password_policy = PasswordPolicy(length=length)

    def user(self, name: str, *, active: bool) -> str:
        key = f"AKIA{len(self.state.keys):016}"
        self.state.keys.append(AccessKey(user=name, id=key, active=active, created="2026-01-31T12:00:00Z"))
        return key

    def contact(self, name: str, title: str) -> None:
        self.state.billing_contact = f"{name}, {title}"


@dataclass(frozen=True, slots=True)
class BotoHands:
    iam: Any
    account: Any

    def name(self, alias: str) -> None:
        self.iam.create_account_alias(AccountAlias=alias)

    def ask_for(self, length: int) -> None:
        self.iam.update_account_password_policy(MinimumPasswordLength=length)

    def user(self, name: str, *, active: bool) -> str:
        self.iam.create_user(UserName=name)
        key = str(self.iam.create_access_key(UserName=name)["AccessKey"]["AccessKeyId"])
        if not active:
            self.iam.update_access_key(UserName=name, AccessKeyId=key, Status="Inactive")
        return key

    def contact(self, name: str, title: str) -> None:
        self.account.put_alternate_contact(
            AlternateContactType="BILLING",
            Name=name,
            Title=title,
            EmailAddress="ada@example.com",
            PhoneNumber="+15550100",
        )


def in_the_fake() -> Place:
    world = FakeAws.prepared()
    world.settings[DEVELOPMENT] = SettingsState(aliases=[], password_policy=None, billing_contact=None)
    return Place(world.account(DEVELOPMENT).settings(), FakeHands(world.settings[DEVELOPMENT]))


@pytest.fixture
def sandboxed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """A sandbox of its own: an account has one alias."""
    import boto3

    from waybill.sandbox.server import running

    with running({}) as sandbox:
        own = sandbox.accounts[DEVELOPMENT]["user"]

        def client(service: str) -> Any:
            return boto3.client(
                service,
                aws_access_key_id=own["access_key_id"],
                aws_secret_access_key=own["secret_access_key"],
                endpoint_url=sandbox.url,
                region_name="us-east-1",
            )

        environment = sandbox.environment({})
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        yield Place(ambient_account(environment).settings(), BotoHands(client("iam"), client("account")))


@pytest.fixture(params=["fake", pytest.param("sandbox", marks=pytest.mark.engine)])
def place(request: pytest.FixtureRequest) -> Place:
    found = in_the_fake() if request.param == "fake" else request.getfixturevalue("sandboxed")
    assert isinstance(found, Place)
    return found


def test_an_account_is_seen_as_it_is_before_and_after_somebody_sets_it_up(place: Place) -> None:
    settings, hands = place.settings, place.hands
    assert list(settings.aliases()) == []
    assert settings.password_policy() is None
    assert settings.billing_contact() is None
    assert settings.summary()["AccountAccessKeysPresent"] == 0
    assert "AccountMFAEnabled" in settings.summary()

    hands.name("acme-development")
    hands.ask_for(14)
    hands.contact("Ada", "Head of finance")
    assert list(settings.aliases()) == ["acme-development"]
    assert settings.password_policy() == PasswordPolicy(length=14)
    assert settings.billing_contact() == "Ada, Head of finance"


def test_the_access_keys_of_every_user_are_seen_however_many_users_there_are(place: Place) -> None:
    ids = {place.hands.user(f"user-{number:03}", active=number % 2 == 0): number for number in range(120)}
    found = {key.id: key for key in place.settings.access_keys() if key.user.startswith("user-")}
    assert found.keys() == ids.keys()
    for name, number in ids.items():
        assert (found[name].user, found[name].active) == (f"user-{number:03}", number % 2 == 0)
        assert found[name].created.endswith("Z")


def test_an_alias_is_set_in_the_place_of_the_one_before(place: Place) -> None:
    place.settings.set_alias("acme-production")
    assert list(place.settings.aliases()) == ["acme-production"]
    place.settings.set_alias("acme-prod")
    assert list(place.settings.aliases()) == ["acme-prod"]
