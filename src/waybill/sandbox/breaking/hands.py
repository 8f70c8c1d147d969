"""Hands that break things by the same calls that people would."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from typing import Any

from botocore.config import Config
from botocore.session import Session

from waybill.sandbox import layout


class Hands:
    """Clients of the sandbox at `url`, of the user of any account. `accounts` has their keys."""

    def __init__(self, url: str, accounts: Mapping[str, Mapping[str, Mapping[str, str]]]) -> None:
        self._url = url
        self._accounts = accounts
        self._session = Session()
        self._clients: dict[tuple[str, str, str], Any] = {}

    def client(self, service: str, region: str = layout.HOME_REGION, account: str = layout.DEVELOPMENT) -> Any:
        """Return a service's client in a region, as the user of an account."""
        place = (service, region, account)
        if place not in self._clients:
            keys = self._accounts[account]["user"]
            self._clients[place] = self._session.create_client(
                service,
                region_name=region,
                endpoint_url=self._url,
                aws_access_key_id=keys["access_key_id"],
                aws_secret_access_key=keys["secret_access_key"],
                config=Config(retries={"total_max_attempts": 1}),
            )
        return self._clients[place]

    def disturb(self, method: str, document: Mapping[str, Any]) -> None:
        """Have the sandbox misbehave by itself (`layout.FAULTS_PATH`)."""
        connection = http.client.HTTPConnection(self._url.removeprefix("http://"), timeout=10)
        try:
            connection.request(method, layout.FAULTS_PATH, json.dumps(document))
            connection.getresponse().read()
        finally:
            connection.close()
