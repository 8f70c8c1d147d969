"""Reads Markdown back, with a parser that is not ours, as GitHub would: raw HTML allowed, tables on."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token

# What GitHub makes links of in plain text, after the Markdown: addresses, mentions, issues, commits, emoji.
LIVELY = re.compile(r"://|(?<!\w)www\.|@\w|#\d|\bGH-\d|:\w+:|\b(?=[0-9a-f]*\d)[0-9a-f]{7,40}\b|<|&\w+;")
QUIET = frozenset({"text", "code_inline", "softbreak", "link_open", "link_close"})


@dataclass
class Page:
    """What a browser would show. A cell is its visible text; `plain` is all text outside code."""

    headings: list[str] = field(default_factory=list)
    tables: list[list[list[str]]] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    blocks: list[str] = field(default_factory=list)
    items: list[str] = field(default_factory=list)
    paragraphs: list[str] = field(default_factory=list)
    plain: list[str] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)


def visible(token: Token) -> str:
    """Return the text that an inline token shows."""
    return "".join(" " if child.type == "softbreak" else child.content for child in token.children or [])


def read(markdown: str) -> Page:
    """Parse a whole page."""
    page, inside = Page(), [""]
    for token in MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(markdown):
        page.kinds.add(token.type)
        if token.type == "fence":
            page.blocks.append(token.content)
        elif token.type == "table_open":
            page.tables.append([])
        elif token.type == "tr_open":
            page.tables[-1].append([])
        if token.nesting == 1:
            inside.append(token.type)
        elif token.nesting == -1:
            inside.pop()
        if token.type == "inline":
            _inline(page, token, inside)
    return page


def _inline(page: Page, token: Token, inside: list[str]) -> None:
    page.kinds |= {child.type for child in token.children or []}
    page.links += [str(child.attrs["href"]) for child in token.children or [] if child.type == "link_open"]
    page.plain += [child.content for child in token.children or [] if child.type == "text"]
    if inside[-1] in {"td_open", "th_open"}:
        page.tables[-1][-1].append(visible(token))
    elif inside[-1] == "heading_open":
        page.headings.append(visible(token))
    elif "list_item_open" in inside:
        page.items.append(visible(token))
    else:
        page.paragraphs.append(visible(token))
