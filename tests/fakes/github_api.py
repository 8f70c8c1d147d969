"""A GitHub on the loopback interface: its REST interface as far as Waybill asks it, and the host that keeps its assets.

    with github() as hub:
        hub.release("v1.2.3", {"site.zip": b"..."})
        ... hub.environ() ...

Written after docs.github.com's description of the endpoints, independent of `waybill.github`: nothing here may import
from there. Whoever asks without the token of a private repository is told 404, as by GitHub.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from aws.loopback import Answer, Heard, Loopback, loopback

REPOSITORY = "acme/sugarwater"
TOKEN = "ghs_16C7e42F292c6912E7710c838347Ae178B4a"
DIGEST = "sha256"


@dataclass(slots=True)
class GitHub:
    """Its state, which tests change freely. `says` are answers that come first for a path, one a time."""

    url: str = ""
    storage: str = ""
    api: Loopback | None = None
    store: Loopback | None = None
    private: bool = False
    releases: list[dict[str, Any]] = field(default_factory=list)
    deployments: list[dict[str, Any]] = field(default_factory=list)
    statuses: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    bodies: dict[int, bytes] = field(default_factory=dict)
    says: dict[str, list[Answer | None]] = field(default_factory=dict)
    stored_says: list[Answer | None] = field(default_factory=list)
    last: int = 100

    def environ(self, folder: Path | None = None, event: Mapping[str, Any] | None = None) -> dict[str, str]:
        """Return what a runner says of this GitHub; with an event, that of the event `release`."""
        environ = {
            "GITHUB_API_URL": self.url,
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_SERVER_URL": "https://github.test",
        }
        if event is not None:
            assert folder is not None
            path = folder / "event.json"
            path.write_text(json.dumps({"action": "published", "release": event}))
            environ |= {"GITHUB_EVENT_NAME": "release", "GITHUB_EVENT_PATH": str(path)}
        return environ

    def release(
        self, tag: str, files: Mapping[str, bytes], *, digest: str | None = DIGEST, **more: Any
    ) -> dict[str, Any]:
        """Publish a release with these assets."""
        assets = [self._asset(name, body, digest) for name, body in files.items()]
        made = {"id": self.number(), "tag_name": tag, "draft": False, "prerelease": False, "assets": assets, **more}
        self.releases.append(made)
        return made

    def number(self) -> int:
        """Return an id that nothing has."""
        self.last += 1
        return self.last

    def asked(self) -> list[str]:
        """Return what the API was asked, in order: `GET /repos/...`, without the API's own prefix."""
        assert self.api is not None
        prefix = urlsplit(self.url).path
        return [f"{one.method} {one.target.removeprefix(prefix)}" for one in self.api.heard]

    def _asset(self, name: str, body: bytes, digest: str | None) -> dict[str, Any]:
        number = self.number()
        self.bodies[number] = body
        asset = {"id": number, "name": name, "size": len(body), "state": "uploaded", "content_type": "application/x"}
        if digest is not None:
            asset["digest"] = f"sha256:{hashlib.sha256(body).hexdigest()}" if digest == DIGEST else digest
        return asset

    def answer(self, heard: Heard) -> Answer | None:
        """Answer as the API."""
        parts = urlsplit(heard.target)
        path = unquote(parts.path.removeprefix(urlsplit(self.url).path))
        if said := self.says.get(path):
            return said.pop(0)
        header = heard.headers.get("authorization", "")
        if header and header.partition(" ")[2] != TOKEN:
            return refusal(401, "Bad credentials")
        home = f"/repos/{REPOSITORY}"
        if (self.private and not header) or not (path == home or path.startswith(f"{home}/")):
            return refusal(404, "Not Found")
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        body = json.loads(heard.read() or b"{}")
        return self._found(heard, path.removeprefix(home).strip("/").split("/"), query, body) or refusal(
            404, "Not Found"
        )

    def _found(self, heard: Heard, words: list[str], query: dict[str, str], body: dict[str, Any]) -> Answer | None:
        match [heard.method, *words]:
            case ["GET", ""]:
                return document({"id": 1, "full_name": REPOSITORY})
            case ["GET", "releases", "tags", *tag]:
                return self._one(one for one in self.releases if one["tag_name"] == "/".join(tag) and not one["draft"])
            case ["GET", "releases", "assets", number] if int(number) in self.bodies:
                if heard.headers.get("accept") != "application/octet-stream":
                    return self._one(
                        one for made in self.releases for one in made["assets"] if one["id"] == int(number)
                    )
                return Answer(302, headers={"Location": f"{self.storage}/{number}?sig=c2lnbmF0dXJl"})
            case ["GET", "releases", number]:
                return self._one(one for one in self.releases if one["id"] == int(number))
            case ["GET", "releases", number, "assets"]:
                made = next((one for one in self.releases if one["id"] == int(number)), None)
                return None if made is None else document(page(made["assets"], query))
            case ["GET", "deployments"]:
                wanted = {name: query[name] for name in ("sha", "ref", "environment") if name in query}
                found = [one for one in reversed(self.deployments) if wanted.items() <= one.items()]
                return document(page(found, query))
            case ["POST", "deployments"]:
                return document(self.deploy(body), 201)
            case ["GET", "deployments", number, "statuses"]:
                return document(page(self.statuses[int(number)][::-1], query))
            case ["POST", "deployments", number, "statuses"]:
                self.statuses[int(number)].append(body)
                return document({"id": self.number(), **body}, 201)
        return None

    def deploy(self, body: Mapping[str, Any], *statuses: dict[str, Any]) -> dict[str, Any]:
        """Make a deployment, with statuses from the first to the last."""
        made = {
            "payload": {},
            "creator": {"login": "github-actions[bot]"},
            "sha": body["ref"],
            **body,
            "id": self.number(),
        }
        self.deployments.append(made)
        self.statuses[made["id"]] = list(statuses)
        return made

    def _one(self, found: Iterator[dict[str, Any]]) -> Answer | None:
        one = next(found, None)
        return None if one is None else document(one)

    def stored(self, heard: Heard) -> Answer | None:
        """Answer as the host that keeps assets, which refuses what carries a token, as the real one does."""
        if self.stored_says:
            return self.stored_says.pop(0)
        if "authorization" in heard.headers:
            return Answer(400, "only one auth mechanism allowed")
        return Answer(200, self.bodies[int(urlsplit(heard.target).path.strip("/"))])


def page(found: list[dict[str, Any]], query: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return one page of a list."""
    size, number = min(int(query.get("per_page", "30")), 100), int(query.get("page", "1"))
    return found[(number - 1) * size : number * size]


def document(found: Any, status: int = 200) -> Answer:
    """Return an answer of JSON."""
    return Answer(status, json.dumps(found), headers={"Content-Type": "application/json; charset=utf-8"})


def refusal(status: int, message: str, **headers: str) -> Answer:
    """Return a refusal in GitHub's words."""
    return Answer(
        status,
        json.dumps({"message": message, "documentation_url": "https://docs.github.com/rest", "status": str(status)}),
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


@contextmanager
def github(*, prefix: str = "") -> Iterator[GitHub]:
    """Run a GitHub for the length of the block; `prefix` such as `/api/v3` is an Enterprise Server's."""
    hub = GitHub()
    with loopback(hub.answer) as api, loopback(hub.stored) as store:
        hub.url, hub.api, hub.store = f"{api.url}{prefix}", api, store
        # Another host, as far as a name goes.
        hub.storage = store.url.replace("127.0.0.1", "localhost")
        yield hub
