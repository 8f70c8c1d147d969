"""botocore clients of the sandbox's own URL, for the types: as root of the stack's account, who may do anything."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import botocore.session
from botocore.config import Config

from waybill.sandbox.engine.cloudformation.stack import Where


@dataclass(frozen=True, slots=True)
class Keys:
    """A pair of long-lived keys."""

    access_key_id: str
    secret_access_key: str


class Clients:
    """Makes clients of `url`, each once. `keys` tells an account's; nobody's configuration files are read."""

    def __init__(self, url: str, keys: Callable[[str], Keys]) -> None:
        self._url = url
        self._keys = keys
        self._lock = threading.Lock()
        self._made: dict[tuple[str, str, str], Any] = {}
        self._session = botocore.session.Session()
        self._session.set_config_variable("config_file", os.devnull)
        self._session.set_config_variable("credentials_file", os.devnull)

    def of(self, where: Where) -> Callable[..., Any]:
        """Return what makes clients for a place: `client(service)`, or `client(service, region=...)`."""

        def client(service: str, region: str = "") -> Any:
            return self._client(where.account, region or where.region, service)

        return client

    def _client(self, account: str, region: str, service: str) -> Any:
        # A session is not to be used by two threads at once; its clients are.
        with self._lock:
            made = self._made.get((account, region, service))
            if made is None:
                keys = self._keys(account)
                made = self._session.create_client(
                    service,
                    region_name=region,
                    endpoint_url=self._url,
                    aws_access_key_id=keys.access_key_id,
                    aws_secret_access_key=keys.secret_access_key,
                    config=Config(
                        proxies={},
                        retries={"total_max_attempts": 1},
                        request_checksum_calculation="when_required",
                        response_checksum_validation="when_required",
                    ),
                )
                self._made[account, region, service] = made
            return made
