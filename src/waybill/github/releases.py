"""Implements `ports.Releases`: the releases of this run's repository, through PyGithub.

A release's tag is looked for among published releases only: GitHub shows a draft by its id alone. The assets are asked
for by themselves, a hundred at a time; what the event's payload says of them is as old as the event.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from waybill.domain.denials.tokens import token_denied
from waybill.errors import ArtifactError, Fault, InputError
from waybill.github.context import RunnerContext
from waybill.github.fetching import Download
from waybill.github.rest import TIMEOUT, Absent, Rest
from waybill.ports.releases import Asset, Release, Releases

PERMISSION = "contents: read"
PAGE = 100
"""Assets that GitHub lists at once, at most; a release holds up to a thousand."""

_REPOSITORY = re.compile(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+")
_UNTOUCHED = "Nothing was touched."


def github_releases(
    environ: Mapping[str, str],
    token: str,
    *,
    sleep: Callable[[float], object],
    check: Callable[[], None] = lambda: None,
    warn: Callable[[str], object] = lambda text: None,
    attempts: int = 4,
    timeout: int = TIMEOUT,
) -> Releases:
    """Return the releases of GITHUB_REPOSITORY at GITHUB_API_URL (github.com's where unset); asks nothing yet.

    `token` may be empty for a public repository. `check` raises when the run is cancelled. `timeout` is in seconds,
    for connecting and for each read; `attempts` how often an answer that fails in passing is asked for.
    """
    context = RunnerContext.from_environ(environ)
    rest = Rest(context.api_url, token, permission=PERMISSION, sleep=sleep, attempts=attempts, timeout=timeout)
    return _GithubReleases(rest, context, environ.get("GITHUB_EVENT_PATH", "").strip(), check, warn)


class _GithubReleases:
    def __init__(
        self,
        rest: Rest,
        context: RunnerContext,
        event_path: str,
        check: Callable[[], None],
        warn: Callable[[str], object],
    ) -> None:
        self._rest, self._context, self._event_path = rest, context, event_path
        self._check, self._warn = check, warn

    def find(self, tags: Sequence[str]) -> Release:
        """Return the release whose event started this run, else that of the first tag that has one."""
        rest, home = self._rest, self._home()
        rest.check_address()
        found = self._of_event(rest, home) if self._context.event == "release" else self._of_tags(rest, home, tags)
        if found.get("draft"):
            rule = f"the release {found.get('tag_name')!r} of {self._context.repository} is a draft. Publish it first."
            raise InputError([Fault("path", "", rule)], _UNTOUCHED)
        return Release(
            tag=_text(rest, found, "tag_name"),
            assets=tuple(self._assets(rest, f"{home}/releases/{_number(rest, found, 'id')}/assets")),
            event=self._context.event == "release",
        )

    def fetch(self, asset: Asset, path: Path) -> None:
        """Write the asset's bytes to `path`; they are what GitHub says of them, or `ArtifactError` is raised."""
        where = f"{self._home()}/releases/assets/{asset.id}"
        try:
            unknown = Download(self._rest, where, asset, path, check=self._check).run()
        except Absent:
            what = f"The asset {asset.name!r} is no longer in the release of {self._context.repository}."
            advice = "Somebody replaced or removed it meanwhile; run again to take what is there now."
            raise ArtifactError(what, advice) from None
        if unknown:
            self._warn(unknown)

    def _home(self) -> str:
        repository = self._context.repository
        if not _REPOSITORY.fullmatch(repository):
            rule = "must be `owner/name`: `release:` takes assets of this repository's releases. A runner sets it."
            raise InputError([Fault("GITHUB_REPOSITORY", repository, rule, "acme/sugarwater")], _UNTOUCHED)
        return f"/repos/{repository}"

    def _of_event(self, rest: Rest, home: str) -> Mapping[str, Any]:
        number = self._event_release()
        try:
            return _document(rest, rest.get(f"{home}/releases/{number}"))
        except Absent:
            rule = f"the release of this run's event (id {number}) is not there, or not shown: it was deleted since, or"
            raise InputError([Fault("path", "", f"{rule} the token lacks `{PERMISSION}`.")], _UNTOUCHED) from None

    def _event_release(self) -> int:
        try:
            payload = json.loads(Path(self._event_path).read_bytes()) if self._event_path else None
        except (OSError, ValueError):
            payload = None
        release = payload.get("release") if isinstance(payload, dict) else None
        number = release.get("id") if isinstance(release, dict) else None
        if not isinstance(number, int):
            rule = "must be the file of the event `release`, with the release in it. A runner sets it."
            raise InputError([Fault("GITHUB_EVENT_PATH", self._event_path, rule)], _UNTOUCHED)
        return number

    def _of_tags(self, rest: Rest, home: str, tags: Sequence[str]) -> Mapping[str, Any]:
        for tag in tags:
            try:
                return _document(rest, rest.get(f"{home}/releases/tags/{quote(tag, safe='')}"))
            except Absent:
                continue
        try:
            rest.get(home)
        except Absent:
            what = f"GitHub shows no repository {self._context.repository} at {rest.api_url}."
            token = f"the token may read it (`{PERMISSION}`)" if rest.token else "it is public: no token was given"
            advice = f"See that its name is right, and that {token}."
            raise token_denied(what, advice, permission=PERMISSION, resource=self._context.repository) from None
        rule = f"no release of {self._context.repository} is published under any of the tags {', '.join(tags)}. "
        rule += f"A draft counts only once it is published, and the token needs `{PERMISSION}`."
        raise InputError([Fault("path", "", rule)], _UNTOUCHED)

    def _assets(self, rest: Rest, path: str) -> list[Asset]:
        assets: list[Asset] = []
        page = 1
        while True:
            try:
                listed = rest.get(path, per_page=PAGE, page=page)
            except Absent:
                raise InputError([Fault("path", "", "the release was deleted just now.")], _UNTOUCHED) from None
            if not isinstance(listed, list):
                raise rest.means.nonsense("a list of assets is none")
            assets += [_asset(rest, _document(rest, one)) for one in listed]
            if len(listed) < PAGE:
                return assets
            page += 1


def _asset(rest: Rest, found: Mapping[str, Any]) -> Asset:
    digest = found.get("digest")
    return Asset(
        id=_number(rest, found, "id"),
        name=_text(rest, found, "name"),
        size=_number(rest, found, "size"),
        digest=digest if isinstance(digest, str) and digest else None,
        whole=found.get("state", "uploaded") == "uploaded",
    )


def _document(rest: Rest, found: Any) -> Mapping[str, Any]:
    if not isinstance(found, dict):
        raise rest.means.nonsense("an answer is no JSON object")
    return found


def _text(rest: Rest, found: Mapping[str, Any], name: str) -> str:
    value = found.get(name)
    if not isinstance(value, str):
        raise rest.means.nonsense(f"an answer has no `{name}`")
    return value


def _number(rest: Rest, found: Mapping[str, Any], name: str) -> int:
    value = found.get(name)
    if not isinstance(value, int):
        raise rest.means.nonsense(f"an answer has no `{name}`")
    return value
