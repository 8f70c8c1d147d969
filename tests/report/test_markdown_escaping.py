from __future__ import annotations

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from report.rendered import LIVELY, QUIET, read
from waybill.report.ink import clean
from waybill.report.markdown import code, fenced, link, passage, prose, table

PIECES = (
    "`", "``", "|", "\\", "\\|", "[", "](", ")", "!", "<", ">", "<b>", "</table>", "<!--", "-->", "&", "&lt;", "*", "_",
    "**", "~~", "#", "# ", "- ", "1. ", "1)", "+ ", "> ", "---", "===", "```", "~~~", "@octocat", "@", "#1", "GH-1",
    "https://evil.example", "www.evil.example", "www.", "http:", "//", "a@b.co", ":smile:", ":", "{", "}", "{}", " ",
    "  ", "\n", "\n\n", "\r", "\t", "    ", "\u202e", "\u200b", "\x1b[31m", "deadbeef1", "word", "1.2.3", "$x$",
    "[x]: http://evil", "<https://evil>", "javascript:x", "\ud800",
)  # fmt: skip
hostile = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=10).map("".join)
many = settings(max_examples=400)


def flat(text: str) -> str:
    return " ".join(clean(text).split())


def bare(text: str) -> str:
    """Without what the rendering may drop: backticks that quote, and white space."""
    return "".join(flat(text).replace("`", "").split())


@many
@given(hostile)
@example("a|b")
@example("|")
@example("\\|`|\\")
@example("`` ` ``")
@example("www.`evil.example`")
def test_any_text_in_a_cell_stays_one_cell_of_exactly_that_text(text: str) -> None:
    page = read("\n".join(table(["a", "b"], [[code(text), "end"], [prose(text), "end"]])))
    assert [len(row) for row in page.tables[0]] == [2, 2, 2]
    assert page.tables[0][1] == [flat(text), "end"]
    assert bare(page.tables[0][2][0]) == bare(text)
    assert {kind for kind in page.kinds if kind.startswith("html") or kind in {"link_open", "image"}} == set()


@many
@given(hostile)
@example("- - a")
@example("1. a")
@example("# a")
@example("www.`evil.example`")
@example("see http:`//evil.example`")
@example("`@`octocat")
def test_prose_is_one_paragraph_without_markup_or_anything_that_comes_alive(text: str) -> None:
    shown = prose(text)
    page = read(shown)
    assert page.kinds <= {"paragraph_open", "paragraph_close", "inline", "text", "code_inline"}
    assert bare("".join(page.paragraphs)) == bare(text)
    assert not [part for part in page.plain if LIVELY.search(part)]
    assert "\n" not in shown


@many
@given(hostile)
def test_a_passage_holds_paragraphs_items_and_code_and_nothing_else(text: str) -> None:
    page = read("\n".join(["before", "", *passage(text, 1000), "after"]))
    assert page.paragraphs[0] == "before"
    assert page.paragraphs[-1] == "after"
    blocks = ("paragraph", "bullet_list", "list_item")
    known = {f"{name}_{end}" for name in blocks for end in ("open", "close")}
    assert page.kinds <= known | {"inline", "text", "code_inline", "fence"}
    assert not [part for part in page.plain if LIVELY.search(part)]


@many
@given(hostile)
def test_a_code_block_holds_its_text_and_ends_where_it_should(text: str) -> None:
    page = read("\n".join([*fenced(text), "", "after"]))
    assert page.blocks == [clean(text) + "\n"]
    assert page.paragraphs == ["after"]


@many
@given(hostile, hostile)
def test_a_link_leads_to_its_address_and_nowhere_else(label: str, tail: str) -> None:
    page = read(f"{link(code(f'x{label}'), f'https://example.com/{tail}')} end")
    assert len(page.links) == 1
    assert page.links[0].startswith("https://example.com/")
    assert page.kinds <= {"paragraph_open", "paragraph_close", "inline", *QUIET}
    assert page.paragraphs == [f"{flat(f'x{label}')} end"]


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "//evil", "", None, "ftp://x"])
def test_only_addresses_for_a_browser_become_links(address: str | None) -> None:
    assert link("label", address) == "label"


def test_prose_leaves_sentences_as_they_are() -> None:
    for line in (
        "A rebuild seldom gives the same bytes: take the next version.",
        "The bucket's owner (a person) said \"no\", didn't they?",
        "Tried 8 times in 31 s and gave up: the limits are 8 tries and 60 s.",
        "Conflict – sha256 and size differ.",
    ):
        assert prose(line) == line


def test_prose_makes_code_of_names_and_keeps_the_punctuation_around_them() -> None:
    shown = prose("AWS refused s3:PutObject on (arn:aws:s3:::b/k), so add `kms-key`. See call(x).")
    assert shown == "AWS refused `s3:PutObject` on (`arn:aws:s3:::b/k`), so add `kms-key`. See `call(x)`."


def test_json_in_advice_becomes_a_code_block_that_can_be_copied() -> None:
    statement = json.dumps({"Effect": "Allow", "Action": ["s3:PutObject"], "Resource": "arn:aws:s3:::b/*"}, indent=2)
    indented = "\n".join(f"    {line}" for line in statement.split("\n"))
    page = read("\n".join(passage(f"Add this statement:\n{indented}\nThen run again.", 4000)))
    assert page.paragraphs == ["Add this statement:", "Then run again."]
    assert [json.loads(block) for block in page.blocks] == [json.loads(statement)]


def test_faults_become_a_list() -> None:
    page = read("\n".join(passage("2 inputs are wrong:\n  - version: 'v1': no.\n  - path: is missing.", 4000)))
    assert page.paragraphs == ["2 inputs are wrong:"]
    assert page.items == ["version: 'v1': no.", "path: is missing."]


def test_a_passage_that_is_too_long_says_how_much_is_missing() -> None:
    assert "and 900 characters more" in "\n".join(passage("a" * 1000, 100))
