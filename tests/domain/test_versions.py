from __future__ import annotations

import re
from itertools import pairwise

import pytest
import semver
from hypothesis import example, given
from hypothesis import strategies as st

from domain.strategies import joined, near_versions, projects, version_texts, versions
from waybill.domain.versions import RULE, Version, from_tag, parse_or_none

# SemVer 2.0.0, item 11, in its own order.
ITS_OWN_ORDER = (
    ["1.0.0", "2.0.0", "2.1.0", "2.1.1"],
    ["1.0.0-alpha", "1.0.0"],
    ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1"],
    ["1.0.0-rc.1", "1.0.0", "1.9.0", "1.10.0", "1.11.0"],
)
BAD = (
    "", "1", "1.2", "1.2.3.4", "01.2.3", "1.02.3", "1.2.03", "1.2.3-01", "v1.2.3", "V1.2.3", " 1.2.3", "1.2.3 ",
    "1. 2.3", "1.2.3\n", "\n1.2.3", "1.2.3\r\n", "1.2.3\u2028", "1.2.3\x00", "1.2.3-", "1.2.3+", "1.2.3-a..b",
    "1.2.3-a_b", "1.2.3+a+b", "1.2.3-é", "\uff11.2.3", "1.2.\u0663", "1\u20242\u20243", "{1.2.3}", "{{1.2.3}}",
    "1.2.3-{rc}", "1.2.3/4", "../1.2.3", "-1.2.3", "+1.2.3", "1.2.3-rc.01", "1.x.3", "*", "latest", "1,2,3",
    "1_0.2.3", "1.2.3@4",
)  # fmt: skip


def by_the_book(text: str) -> tuple[list[int], list[tuple[int, int, str]]]:
    """SemVer's item 11 as a sorting key: written from its text, not from any library."""
    core, _, pre = text.partition("+")[0].partition("-")
    identifiers = pre.split(".") if pre else []
    # Numeric ones come before the others and compare as numbers; no pre-release at all comes after any.
    ranked = [(0, int(part), "") if re.fullmatch("[0-9]+", part) else (1, 0, part) for part in identifiers]
    return [int(part) for part in core.split(".")], ranked or [(2, 0, "")]


@pytest.mark.parametrize("order", ITS_OWN_ORDER)
def test_the_examples_of_semver_stand_in_their_order(order: list[str]) -> None:
    assert sorted(map(Version, reversed(order))) == [Version(text) for text in order]
    for lower, higher in pairwise(order):
        assert Version(lower) < Version(higher)
        assert Version(higher) > Version(lower)


@given(versions | near_versions, versions | near_versions)
def test_precedence_is_that_of_the_book_and_of_the_semver_package(one: Version, other: Version) -> None:
    first, second = by_the_book(one.text), by_the_book(other.text)
    assert (one < other) == (first < second)
    assert (one > other) == (first > second)
    assert (one <= other <= one) == (first == second)
    assert (one < other) == (semver.Version.parse(one.text) < semver.Version.parse(other.text))


@given(versions, st.lists(st.sampled_from(["1", "b", "001"]), min_size=1, max_size=2))
@example(Version("1.0.0+a"), ["b"])
def test_build_metadata_puts_no_version_above_another(version: Version, build: list[str]) -> None:
    other = Version(f"{version.text.partition('+')[0]}+{'.'.join(build)}")
    assert not version < other
    assert not version > other
    assert version <= other
    assert version >= other
    assert (version == other) == (version.text == other.text)


@given(version_texts)
def test_a_version_is_its_text(text: str) -> None:
    version = Version(text)
    assert str(version) == version.text == text
    assert version == Version(text)
    assert hash(version) == hash(Version(text))
    assert version.is_prerelease == ("-" in text.partition("+")[0])


@pytest.mark.parametrize("text", BAD)
def test_what_is_not_semver_is_refused_with_the_rule(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(RULE)):
        Version(text)
    assert parse_or_none(text) is None


def test_a_number_too_long_for_python_is_refused_with_the_rule() -> None:
    with pytest.raises(ValueError, match=re.escape(RULE)):
        Version(f"1.2.{'9' * 5000}")


@given(st.text(max_size=12))
def test_any_text_is_a_version_or_refused(text: str) -> None:
    version = parse_or_none(text)
    assert version is None or version.text == text


@given(versions, projects)
def test_every_form_of_a_tag_names_its_version(version: Version, project: str) -> None:
    for tag in (f"v{version}", f"{version}", f"{project}@{version}", f"{project}/v{version}", f"{project}/{version}"):
        assert from_tag(tag, project) == version


@given(versions, projects, projects)
def test_the_tag_of_another_project_is_refused_by_name(version: Version, mine: str, other: str) -> None:
    if mine == other:
        return
    for tag in (f"{other}@{version}", f"{other}/v{version}"):
        with pytest.raises(ValueError, match="not of"):
            from_tag(tag, mine)


@pytest.mark.parametrize(
    "tag",
    ["", "v", "main", "vv1.2.3", "release-1.2.3", "1.2", "v1.2.3\n", "p@", "p@latest", "p/", "q/p@1.2.3", "a/b/v1.2.3"],
)
def test_a_tag_without_a_version_is_refused(tag: str) -> None:
    with pytest.raises(ValueError, match="holds no SemVer version"):
        from_tag(tag, "p")


def test_joined_makes_what_semver_writes() -> None:
    assert joined((1, 2, 3), ["rc", "1"], ["b"]) == "1.2.3-rc.1+b"
