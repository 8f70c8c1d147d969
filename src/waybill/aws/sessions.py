"""Sessions as values: one identity in one account; its clients are made once for each service and region.

Botocore's own retries are off: every call goes through `calls.perform`, which retries within one printed budget and
waits interruptibly. The data loader is shared, because reading the service models is most of the cost of a client
(`models.py`).

Clients come from botocore, boto3's engine, and not through `boto3.Session`: that imports the resource layer and
s3transfer, which no run uses, for a tenth of a short run's time.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from botocore import UNSIGNED
from botocore.config import Config
from botocore.credentials import CredentialProvider, CredentialResolver, RefreshableCredentials
from botocore.exceptions import BotoCoreError, InvalidRegionError
from botocore.session import Session as BotocoreSession

import waybill
from waybill.aws.models import register_models
from waybill.domain.arns import partition_of
from waybill.errors import Fault, IdentityError, InputError

CONNECT_TIMEOUT = 10
READ_TIMEOUT = 60

EARLY, LATE = 900, 600
"""Botocore's own: so many seconds before their end credentials are renewed if that works, and must be renewed."""


class Session:
    """One identity. `credentials()` are fresh whenever asked for; `client()` may be called from any thread."""

    def __init__(self, botocore_session: BotocoreSession, *, read_timeout: float = READ_TIMEOUT) -> None:
        """`read_timeout`: seconds to wait for an answer; what only looks need not wait as long as an upload."""
        self._session = botocore_session
        self._read_timeout = read_timeout
        self._clients: dict[tuple[str, str], Any] = {}
        self._lock = Lock()
        self._config = Config(
            connect_timeout=CONNECT_TIMEOUT,
            read_timeout=read_timeout,
            retries={"total_max_attempts": 1, "mode": "standard"},
            max_pool_connections=16,
            user_agent_extra=f"waybill/{waybill.__version__}",
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )

    @property
    def default_region(self) -> str | None:
        """The region that the environment or the profile names."""
        try:
            region: str | None = self._session.get_config_variable("region")
        except BotoCoreError as error:
            raise unusable(error) from error
        return region

    def known_regions(self) -> frozenset[str]:
        """Return every region that the SDK knows, of all partitions."""
        data = self._session.get_component("data_loader").load_data("partitions")
        names = (name for partition in data["partitions"] for name in partition["regions"])
        return frozenset(name for name in names if not name.endswith("-global"))

    def serves(self, service: str, region: str) -> bool:
        """Whether the SDK knows of a service in a region."""
        return region in self._session.get_available_regions(service, partition_of(region))

    @property
    def ca_bundle(self) -> str | None:
        """The CA bundle that `AWS_CA_BUNDLE` or the profile names."""
        bundle: str | None = self._session.get_config_variable("ca_bundle")
        return bundle

    def client(self, service: str, region: str) -> Any:
        """Return the client of a service in a region."""
        with self._lock:
            if (service, region) not in self._clients:
                self._clients[service, region] = self._made(service, region, self._config)
            return self._clients[service, region]

    def anonymous_client(self, service: str, region: str) -> Any:
        """Return a client that signs nothing, for calls that a token speaks for."""
        return self._made(service, region, self._config.merge(Config(signature_version=UNSIGNED)))

    def _made(self, service: str, region: str, config: Config) -> Any:
        try:
            client = self._session.create_client(service, region_name=region, config=config)
        except InvalidRegionError as error:
            raise InputError([Fault("regions", region, "is not the name of a region.", "us-east-1")]) from error
        except ValueError as error:
            # Of an endpoint's URL botocore says no more than this.
            raise InputError([Fault("AWS_ENDPOINT_URL", "", f"cannot be used: {error}.")]) from error
        if service == "s3":
            client.meta.events.register("before-sign.s3", _refuse_other_regions(region))
        return client

    def credentials(self) -> Any:
        """Return the credentials as they are now: `access_key`, `secret_key`, `token`. Refreshes them where due."""
        try:
            found = self._session.get_credentials()
            if found is None:
                raise no_credentials()
            return found.get_frozen_credentials()
        except BotoCoreError as error:
            raise unusable(error) from error

    def assuming(self, name: str, assume: Callable[[], dict[str, str]], first: dict[str, str]) -> Session:
        """Return a session of the role that `assume` assumes; `first` is its first answer.

        Both have `access_key`, `secret_key`, `token` and `expiry_time` (ISO 8601). The session asks again by itself
        before they expire, so a run may outlast the one-hour limit of role chaining. Raises `IdentityError` where the
        first are over by this machine's clock.
        """
        lifetime = _lifetime(name, first)

        def again() -> dict[str, str]:
            renewed = assume()
            _lifetime(name, renewed)
            return renewed

        credentials = RefreshableCredentials.create_from_metadata(
            metadata=first,
            refresh_using=again,
            method=name,
            # Of a short session botocore's own seconds are the whole: every call would renew it.
            advisory_timeout=min(EARLY, lifetime / 4),
            mandatory_timeout=min(LATE, lifetime / 8),
        )
        session = BotocoreSession()
        session.register_component("data_loader", self._session.get_component("data_loader"))
        session.register_component("credential_provider", CredentialResolver([_Given(name, credentials)]))
        return Session(session, read_timeout=self._read_timeout)


def _lifetime(name: str, credentials: dict[str, str]) -> float:
    """Return the seconds that new credentials have. Raises `IdentityError` where they are over by this clock."""
    lifetime = (datetime.fromisoformat(credentials["expiry_time"]) - datetime.now(UTC)).total_seconds()
    if lifetime <= 0:
        said = f"The new session of {name} ended at {credentials['expiry_time']}: this machine's clock is off."
        raise IdentityError(said, "Set the clock, and run again.")
    return lifetime


class _Given(CredentialProvider):  # type: ignore[misc]  # botocore has no types
    """Hands out credentials that somebody else keeps fresh."""

    def __init__(self, name: str, credentials: RefreshableCredentials) -> None:
        super().__init__()
        self.METHOD = name
        self._credentials = credentials

    def load(self) -> RefreshableCredentials:
        return self._credentials


NO_CREDENTIALS_ADVICE = (
    "On GitHub, give `oidc-role` (with `permissions: id-token: write`) or run aws-actions/configure-aws-credentials "
    "before this step. On a laptop, set AWS_PROFILE or run `aws sso login`."
)


def no_credentials() -> IdentityError:
    """Return the error for a machine without AWS credentials."""
    return IdentityError("There are no AWS credentials.", NO_CREDENTIALS_ADVICE)


def unusable(error: BotoCoreError) -> IdentityError:
    """Return the error for credentials, or a configuration of them, that botocore cannot use: SSO's login is over."""
    return IdentityError(f"The AWS credentials cannot be used: {error}", NO_CREDENTIALS_ADVICE)


def ambient(*, read_timeout: float = READ_TIMEOUT) -> Session:
    """Return the session of the ambient credentials: environment, profile, or instance.

    Raises `IdentityError` where the profile, or the file that should have it, cannot be read.
    """
    try:
        session = BotocoreSession()
        register_models(session)
        session.get_scoped_config()
    except BotoCoreError as error:
        raise unusable(error) from error
    return Session(session, read_timeout=read_timeout)


def _refuse_other_regions(region: str) -> Callable[..., None]:
    """Botocore follows a bucket to whichever region has it; then one bucket would pass for those of two regions."""

    def refuse(request: Any, **_: Any) -> None:
        there = request.context.get("signing", {}).get("region") or region
        if there != region:
            bucket = request.context.get("s3_redirect", {}).get("bucket", "")
            rule = f"names for {region} a bucket that is in {there}."
            raise InputError([Fault("bucket-parameter", str(bucket), rule)], "Nothing was written.")

    return refuse
