"""The pieces of the page of `status`: a card for each project that needs attention, and what all tables share."""

from __future__ import annotations

from collections.abc import Iterable

from waybill.domain.deploy.past import PipelineStatus
from waybill.domain.survey.standing import (
    ChannelRegion,
    ChannelStatus,
    Half,
    ProjectStatus,
    VersionRegion,
    VersionStatus,
)
from waybill.domain.survey.status import AccountStatus
from waybill.report.html import Markup, element, text
from waybill.report.status_words import Finding, State, deployed, findings, names, state
from waybill.report.units import count, listing

MOST_COLUMNS = 6
"""Regions side by side."""

MOST_FINDINGS = 30
"""Sentences of one project; its tables have everything."""


def card(account: AccountStatus, project: ProjectStatus) -> Markup:
    """Return a project in full: what is wrong in words, and its channels and versions region by region."""
    words = [element("span", word, class_="pill") for word in _pills(project)]
    head = element(
        "div",
        element("h3", project.project),
        *words,
        element("span", f"account {account.name} · {count(project.versions, 'version')}", class_="soft"),
        class_="head",
    )
    said = findings(project)
    items = [_finding(one) for one in said[:MOST_FINDINGS]]
    if len(said) > MOST_FINDINGS:
        items.append(element("li", f"{len(said) - MOST_FINDINGS} more: see below.", class_="note"))
    return element(
        "article",
        head,
        element("ul", *items, class_="said") if items else None,
        _channels(account, project.channels) if project.channels else None,
        _versions(account, project.halves) if project.halves else None,
        class_="card bad",
    )


def _pills(project: ProjectStatus) -> list[str]:
    """Return what is wrong, in a word each."""
    found: dict[str, None] = {}
    for item in project.channels:
        found |= {"drift": None} if item.drift else {}
        found |= {"rollback half done": None} if item.rollback else {}
        found |= {state(one).value: None for one in item.regions if not state(one).good}
    return list(found | {item.half.value: None for item in project.halves if item.half.troubled})


def _finding(one: Finding) -> Markup:
    return element("li", element("b", one.about), ": ", *prose(one.text), class_=None if one.bad else "note")


def _channels(account: AccountStatus, channels: Iterable[ChannelStatus]) -> Markup:
    rows = [
        element(
            "tr",
            element("th", item.channel, scope="row"),
            labelled("belongs at", element("span", item.floor or "–", class_="version")),
            *(_cell(one) for one in item.regions),
        )
        for item in channels
    ]
    return table(["channel", "belongs at", *account.regions], rows, _matrix(account))


def _versions(account: AccountStatus, halves: Iterable[VersionStatus]) -> Markup:
    rows = [
        element(
            "tr",
            element("th", element("span", item.version.text, class_="version"), scope="row"),
            labelled("state", item.half.value),
            *(_holding(one, item.half) for one in item.regions),
        )
        for item in halves
    ]
    return table(["version", "state", *account.regions], rows, _matrix(account))


def _matrix(account: AccountStatus) -> str:
    """Columns as wide in one table as in the next; stacked where there are more regions than fit side by side."""
    return "matrix stacked" if len(account.regions) > MOST_COLUMNS else "matrix"


def _cell(one: ChannelRegion) -> Markup:
    word = state(one)
    named = element("span", names(one), class_="version")
    return labelled(one.region, named, " ", state_mark(word), class_=None if word.good else _class(word))


def _holding(one: VersionRegion, half: Half) -> Markup:
    if not one.readable:
        return labelled(one.region, state_mark(State.UNREADABLE), class_="unreadable")
    if one.whole:
        return labelled(one.region, state_mark(State.GOOD))
    if half is Half.BARE:
        return labelled(one.region, state_mark(State.BARE))
    held = f"only {listing(one.holds())}" if one.holds() else "nothing"
    return labelled(one.region, element("span", held, class_="state broken"), class_="broken")


def table(head: Iterable[str], rows: Iterable[Markup], class_: str | None = None) -> Markup:
    """Return a table with one row of titles."""
    titles = (element("th", name, scope="col") for name in head)
    return element("table", element("thead", element("tr", *titles)), element("tbody", *rows), class_=class_)


def labelled(name: str, *content: str | None, class_: str | None = None) -> Markup:
    """Return a cell that says by itself, on a phone, which column it is of."""
    return element("td", element("span", *content), data_name=name, class_=class_)


def state_mark(word: State) -> Markup:
    """Return a state's sign and word."""
    return element("span", word.value, class_=f"state {_class(word)}")


def _class(word: State) -> str:
    return word.name.lower()


def prose(said: str) -> list[Markup]:
    """Return text in which what stands between backticks is code."""
    parts = said.split("`")
    if len(parts) % 2 == 0:
        return [text(said)]
    return [element("code", part) if number % 2 else text(part) for number, part in enumerate(parts)]


def soft(said: str) -> Markup:
    """Return what is read last."""
    return element("span", said, class_="soft")


def runs(one: PipelineStatus) -> Markup:
    """Return what a pipeline deployed last, in few words; the whole sentence is its tooltip."""
    version = one.good.version if one.good else "–"
    failed = "" if one.good == one.last else f", {one.last.version} ended {one.last.end}"
    return element(
        "div",
        soft(f"deployed by {one.last.pipeline_name} "),
        element("span", version, class_="version"),
        soft(failed),
        title=f"{one.last.place}: {deployed(one)}",
    )
