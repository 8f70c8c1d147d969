"""HTML that is safe by construction: text becomes markup only through `element`, which escapes it."""

from __future__ import annotations

from html import escape

from waybill.report.ink import clean, cut

LONGEST = 2000
"""Characters of one text from outside."""

VOID = frozenset({"meta", "br"})


class Markup(str):
    """Text that is markup already."""

    __slots__ = ()


Content = str | None
"""`Markup` is taken as it is, any other text is escaped, None is nothing."""


def element(tag: str, *content: Content, **attributes: str | None) -> Markup:
    """Return an element. `class_` is the attribute `class`; `data_x` is `data-x`; one that is None is left out."""
    named = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(clean(value))}"'
        for name, value in attributes.items()
        if value is not None
    )
    if tag in VOID:
        return Markup(f"<{tag}{named}>")
    return Markup(f"<{tag}{named}>{together(*content)}</{tag}>")


def together(*content: Content) -> Markup:
    """Return several pieces as one."""
    return Markup("".join(one if isinstance(one, Markup) else text(one) for one in content if one is not None))


def text(value: str) -> Markup:
    """Return text from anywhere as markup: escaped, and what does not print spelled out."""
    return Markup(escape(cut(clean(value), LONGEST)))
