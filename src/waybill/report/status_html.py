"""The page of `status`: one self-contained HTML file that a release manager looks at. No script, no network.

What needs attention comes first, in full: projects by channels by regions. What is as it should be follows, dense.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import TypeVar, cast

from waybill.domain.survey.standing import Half, ProjectStatus
from waybill.domain.survey.status import AccountStatus, Repaired, RepairStatus, Status, UploadStatus
from waybill.domain.versions import Version
from waybill.report.html import Markup, element, text
from waybill.report.status_cards import card, labelled, prose, runs, soft, state_mark, table
from waybill.report.status_style import STYLE
from waybill.report.status_words import State, repair_line, standing, state
from waybill.report.units import count, listing

T = TypeVar("T")

MEANINGS = {
    State.GOOD: "Artifact, metadata and waybill are there and agree.",
    State.BARE: "Only Startifact staged it, or a stage or promotion was cut off: the same command again finishes it. "
    "Nothing is wrong.",
    State.ABSENT: "The channel does not exist there.",
    State.BEHIND: "The channel belongs at a higher version, or at the one it was rolled back to.",
    State.WITHDRAWN: "The channel names a version that a rollback took off.",
    State.BROKEN: "Something of the version is missing there, or is not what its waybill says.",
    State.FOREIGN: "The channel's parameter holds something that is not a version.",
    State.UNREADABLE: "Nobody could look. It is not known to be absent.",
}


PILLS = {
    "drift": "The regions name different versions on the channel.",
    "rollback half done": "Its events stand, and some region's channel has yet to follow them.",
    Half.HALF_STAGED: "Some regions lack a part of the version; “only artifact” is all that is there.",
    Half.HALF_PRUNED: "A prune was cut off.",
    Half.DIFFERENT: "The regions hold different things under one version.",
}


def page(body: Status) -> str:
    """Return the whole document."""
    digest = base64.b64encode(hashlib.sha256(STYLE.encode("utf-8")).digest()).decode("ascii")
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    head = element(
        "head",
        element("meta", charset="utf-8"),
        Markup(f'<meta http-equiv="Content-Security-Policy" content="{policy}">'),
        element("meta", name="viewport", content="width=device-width,initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", f"{_tally(body)} · Waybill status"),
        element("style", Markup(STYLE)),
    )
    main = element("main", _unread(body), _attention(body), _repairs(body), _uploads(body), _healthy(body), _legend())
    read_as = [f" Read as {one.caller}." for one in body.accounts if one.caller]
    footer = element(
        "footer",
        "Made by ",
        element("code", "waybill status --html"),
        ". It shows one moment: look again before acting.",
        *read_as,
    )
    return "<!doctype html>\n" + element("html", head, element("body", _top(body), main, footer), lang="en") + "\n"


def redacted(value: T, redact: Callable[[str], str]) -> T:
    """Return the same with known secrets taken out of every text, whoever wrote it (P9)."""
    if isinstance(value, str) and not isinstance(value, Enum):
        return cast("T", redact(value))
    if isinstance(value, tuple):
        return cast("T", tuple(redacted(item, redact) for item in value))
    if is_dataclass(value) and not isinstance(value, type | Version):
        shown = {one.name: redacted(getattr(value, one.name), redact) for one in fields(value)}
        return cast("T", replace(value, **shown))
    return value


def _tally(body: Status) -> str:
    troubled = len(body.troubled)
    if troubled:
        return f"{troubled} need{'s' if troubled == 1 else ''} attention"
    return "Not all could be read" if body.unreadable else "All is well"


def _top(body: Status) -> Markup:
    accounts = [
        element("span", element("code", one.name), f" {count(len(one.regions), 'region')}" if one.regions else "")
        for one in body.accounts
    ]
    when = body.at.replace("T", " ").replace("Z", " UTC")
    return element(
        "header",
        element("h1", "Every channel, and every version that is not whole"),
        element("p", standing(body), class_=f"verdict {'bad' if body.troubled or body.unreadable else 'good'}"),
        element("p", element("span", f"Generated {when}"), *accounts, class_="facts"),
        class_="top",
    )


def _section(title: str, *content: Markup | None) -> Markup | None:
    shown = [one for one in content if one]
    return element("section", element("h2", title), *shown) if shown else None


def _unread(body: Status) -> Markup | None:
    items = [
        element("li", element("b", _place(one, item.region)), f": {item.what} could not be read. {item.error}")
        for one in body.accounts
        for item in one.unreadable
    ]
    shown = element("div", element("ul", *items, class_="said alone"), class_="card dull") if items else None
    return _section("Could not be read", shown)


def _place(account: AccountStatus, region: str) -> str:
    return f"{region}, account {account.name}" if region else f"Account {account.name}"


def _attention(body: Status) -> Markup | None:
    cards = [card(one, item) for one, item in body.troubled]
    return _section(f"Needs attention · {len(cards)}", *cards)


def _repairs(body: Status) -> Markup | None:
    if not body.repairs:
        return None
    colours = {Repaired.DONE: "pill good", Repaired.PLANNED: "pill dull"}
    rows = [
        element(
            "tr",
            element("th", item.project, scope="row"),
            element(
                "td", element("span", item.outcome.value.replace("-", " "), class_=colours.get(item.outcome, "pill"))
            ),
            element("td", *prose(repair_line(item).removeprefix(f"{item.project}: ")), *_advice(item)),
        )
        for item in body.repairs
    ]
    return _section("Repair", element("div", table(["project", "outcome", "step"], rows), class_="card"))


def _advice(item: RepairStatus) -> list[Markup]:
    if item.outcome is Repaired.DONE or not item.advice:
        return []
    return [element("div", *prose(item.advice), class_="soft")]


def _uploads(body: Status) -> Markup | None:
    found = [(one, item) for one in body.accounts for item in one.uploads]
    rows = [_upload(one, item) for one, item in found]
    shown = table(["key", "account and region", "begun"], rows)
    return _section("Unfinished uploads", element("div", shown, class_="card") if found else None)


def _upload(account: AccountStatus, item: UploadStatus) -> Markup:
    age = element("span", "over an hour ago", class_="pill dull") if item.stale else text("may be under way")
    return element(
        "tr",
        element("th", element("span", item.key, class_="version"), scope="row"),
        labelled("where", f"{account.name} {item.region}"),
        labelled("begun", item.begun.replace("T", " ").replace("Z", " UTC"), " ", age),
    )


def _healthy(body: Status) -> Markup | None:
    cards = []
    for one in body.accounts:
        rows = [_calm(item) for item in one.projects if not item.troubled]
        if rows:
            head = element("div", element("h3", f"Account {one.name}"), class_="head")
            shown = table(["project", "channels", "state"], rows, "calm")
            cards.append(element("div", head if len(body.accounts) > 1 else None, shown, class_="card"))
    return _section("As it should be", *cards)


def _calm(project: ProjectStatus) -> Markup:
    """Return a project's one row: it is the same in every region."""
    channels = [
        element("span", f"{item.channel} ", element("span", item.names or "–", class_="version"), class_="channel")
        for item in project.channels
    ]
    states = [piece for word, where in _where(project) for piece in (state_mark(word), soft(f" {where} "))]
    bare = [item for item in project.halves if not item.half.troubled]
    note = element("span", f" {count(len(bare), 'version')} without a waybill", class_="soft") if bare else None
    return element(
        "tr",
        element(
            "th", project.project, " ", element("span", count(project.versions, "version"), class_="soft"), scope="row"
        ),
        element("td", *(channels or [element("span", "no channel", class_="soft")]), *map(runs, project.deploys)),
        element("td", *states, note),
    )


def _where(project: ProjectStatus) -> list[tuple[State, str]]:
    """Return each state of a project's channels, and where it is so."""
    found: dict[State, dict[str, None]] = {}
    for item in project.channels:
        for one in item.regions:
            found.setdefault(state(one), {})[one.region] = None
    if len(found) == 1:
        return [(word, "in every region") for word in found]
    return [(word, f"in {listing(where)}") for word, where in found.items()]


def _legend() -> Markup | None:
    items = [element("div", state_mark(word), f" {meaning}") for word, meaning in MEANINGS.items()]
    items += [element("div", element("span", word, class_="pill"), f" {meaning}") for word, meaning in PILLS.items()]
    return _section("What the words mean", element("div", element("div", *items, class_="legend"), class_="card"))
