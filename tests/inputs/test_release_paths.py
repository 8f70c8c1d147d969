"""`path: release:PATTERN`: which release is asked for, which asset is taken, and what is said where none is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from waybill.domain.waybill import Origin
from waybill.errors import Fault, InputError, Unavailable
from waybill.inputs import stage as inputs
from waybill.inputs.options import read_words
from waybill.inputs.surroundings import Surroundings
from waybill.inputs.tables.stage import STAGE
from waybill.packing import Selection
from waybill.packing.release import ReleasePath
from waybill.ports.releases import Asset, Release

GOOD = {"project": "SugarWater", "version": "1.2.3", "path": "release:site-*.zip"}
SITE = Asset(id=1, name="site-1.2.3.zip", size=7)
NOTES = Asset(id=2, name="notes.txt", size=7)
TAGS = ("SugarWater@1.2.3", "SugarWater/v1.2.3", "v1.2.3", "1.2.3")


def survey(path: str, allow_empty: bool, compress: bool) -> Selection:
    return Selection(entries=(), is_archive=False)


AROUND = Surroundings(
    origin=Origin(),
    tag=None,
    places=("us-east-1",),
    parameter="",
    regions=frozenset({"us-east-1"}),
    survey=survey,
)


class Hub:
    """Finds the same release for whatever tags, and remembers them."""

    def __init__(self, *assets: Asset, tag: str = "v1.2.3", event: bool = False) -> None:
        self.release = Release(tag=tag, assets=assets, event=event)
        self.asked: list[tuple[str, ...]] = []

    def find(self, tags: Sequence[str]) -> Release:
        """Return it."""
        self.asked.append(tuple(tags))
        return self.release


def read(hub: Hub, tag: str | None = None, **values: str) -> Selection | ReleasePath | None:
    given = {**GOOD, **{name.replace("_", "-"): value for name, value in values.items()}}
    return inputs.read(given, replace(AROUND, tag=tag, find_release=hub.find))[1]


def faults(hub: Hub, **values: str) -> list[Fault]:
    with pytest.raises(InputError) as caught:
        read(hub, **values)
    return list(caught.value.faults)


def test_the_one_asset_that_matches_is_taken() -> None:
    hub = Hub(SITE, NOTES)
    assert read(hub) == ReleasePath(asset=SITE, tag="v1.2.3")
    assert hub.asked == [TAGS]


@pytest.mark.parametrize(
    ("tag", "first"),
    [
        ("SugarWater/1.2.3", ("SugarWater/1.2.3",)),
        ("1.2.3", ("1.2.3",)),
        ("v2.0.0", ()),
        ("Other@1.2.3", ()),
        ("stable", ()),
    ],
)
def test_the_tag_that_is_built_goes_first_where_it_names_this_version(tag: str, first: tuple[str, ...]) -> None:
    hub = Hub(SITE)
    read(hub, tag=tag)
    assert hub.asked == [tuple(dict.fromkeys((*first, *TAGS)))]


def test_auto_takes_version_and_release_from_the_tag() -> None:
    hub = Hub(SITE)
    read(hub, tag="v1.3.0-rc.1", version="auto")
    assert hub.asked == [("v1.3.0-rc.1", "SugarWater@1.3.0-rc.1", "SugarWater/v1.3.0-rc.1", "1.3.0-rc.1")]


@pytest.mark.parametrize("pattern", ["*", "*-1.2.3.*", "[ns]*"])
def test_several_that_match_are_listed(pattern: str) -> None:
    found = faults(Hub(SITE, replace(NOTES, name="notes-1.2.3.txt")), path=f"release:{pattern}")
    assert [(fault.name, fault.value) for fault in found] == [("path", f"release:{pattern}")]
    assert "'notes-1.2.3.txt', 'site-1.2.3.zip'" in found[0].rule


def test_none_that_matches_lists_what_there_is() -> None:
    assert "'notes.txt', 'site-1.2.3.zip'" in faults(Hub(SITE, NOTES), path="release:SITE*")[0].rule
    assert "has none" in faults(Hub())[0].rule
    many = faults(Hub(*(replace(NOTES, name=f"n{number}") for number in range(1000))))[0].rule
    assert "and 970 more" in many


def test_a_name_that_is_an_assets_is_no_glob() -> None:
    odd = replace(SITE, name="a[1].zip")
    assert read(Hub(odd, replace(SITE, name="a1.zip")), path="release:a[1].zip") == ReleasePath(asset=odd, tag="v1.2.3")


@pytest.mark.parametrize(
    ("asset", "rule"),
    [
        (replace(SITE, whole=False), "upload has not ended"),
        (replace(SITE, size=0), "allow-empty: true"),
        (replace(SITE, name="site-\n::error::.zip"), "control character"),
        (replace(SITE, name="site-/../x.zip"), "slash"),
    ],
)
def test_an_asset_that_is_unfit_is_refused(asset: Asset, rule: str) -> None:
    assert rule in faults(Hub(asset))[0].rule


def test_an_empty_asset_is_taken_where_that_is_meant() -> None:
    empty = replace(SITE, size=0)
    assert read(Hub(empty), allow_empty="true", compress="true") == ReleasePath(
        asset=empty, tag="v1.2.3", compress_ignored=True
    )


@pytest.mark.parametrize("path", ["release:", "release:  ", "dist\nrelease:*", "release:a\nrelease:b", "x\r release:*"])
def test_a_pattern_that_is_none_or_not_alone_is_a_fault_and_github_is_not_asked(path: str) -> None:
    hub = Hub(SITE)
    found = faults(hub, path=path)
    assert [fault.name for fault in found] == ["path"]
    assert found[0].value.startswith("release:")
    assert hub.asked == []


@pytest.mark.parametrize("path", ["./release:x", "dist/release:x", "prerelease:x"])
def test_a_file_of_such_a_name_is_a_file(path: str) -> None:
    hub = Hub(SITE)
    assert isinstance(read(hub, path=path), Selection)
    assert hub.asked == []


@pytest.mark.parametrize("wrong", [{"version": "1.2"}, {"project": "a/b"}])
def test_github_is_not_asked_while_it_is_unknown_what_for(wrong: dict[str, str]) -> None:
    hub = Hub(SITE)
    assert [fault.name for fault in faults(hub, **wrong)] == list(wrong)
    assert hub.asked == []


def test_p10_faults_of_the_release_come_with_the_others() -> None:
    found = faults(Hub(), require="some", channel="Latest")
    assert [fault.name for fault in found] == ["path", "channel", "require"]


def test_github_s_trouble_counts_where_the_inputs_are_right_only() -> None:
    class Broken(Hub):
        def find(self, tags: Sequence[str]) -> Release:
            raise Unavailable("GitHub could not answer.")

    with pytest.raises(Unavailable):
        read(Broken())
    assert [fault.name for fault in faults(Broken(), require="some")] == ["require"]


@pytest.mark.parametrize(
    ("tag", "version"), [("v1.2.3", "1.2.3+build.7"), ("nightly", "1.2.3"), ("release/9.9.9", "1.2.3")]
)
def test_the_release_being_published_may_have_a_tag_that_says_nothing_else(tag: str, version: str) -> None:
    assert read(Hub(SITE, tag=tag, event=True), version=version) == ReleasePath(asset=SITE, tag=tag)


@pytest.mark.parametrize("tag", ["v2.0.0", "SugarWater@1.2.3-rc.1"])
def test_the_release_being_published_is_not_staged_as_another_version(tag: str) -> None:
    found = faults(Hub(SITE, tag=tag, event=True))
    assert [(fault.name, fault.value) for fault in found] == [("version", "1.2.3")]
    assert tag in found[0].rule


def test_resume_needs_no_release() -> None:
    hub = Hub(SITE)
    assert [fault.name for fault in faults(hub, resume="true")] == ["path"]
    assert hub.asked == []


def test_p9_the_token_is_in_no_command_line_and_in_no_fault() -> None:
    token = "ghp_0123456789abcdef"
    given = {**GOOD, "github-token": token}
    request = inputs.read(given, replace(AROUND, find_release=Hub(SITE).find))[0]
    assert "release:site-*.zip" in request.again
    assert token not in request.again + request.restart
    twice = read_words(STAGE, ["--github-token", token, "--github-token", token[::-1]])
    assert [fault.name for fault in twice.faults] == ["github-token"]
    assert token not in str(twice.faults)
    assert token[::-1] not in str(twice.faults)
