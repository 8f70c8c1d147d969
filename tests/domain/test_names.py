from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.strategies import channels, projects, versions
from waybill.domain.names import (
    Keys,
    channel_parameter,
    is_channel,
    is_project,
    parameter_fault,
    version_of_key,
    versions_prefix,
)
from waybill.domain.versions import Version

V = Version("1.2.3")
BAD_PROJECTS = (
    "", ".", "..", "a/b", "../a", "a b", "a\n", "\na", "a\x00", "a@1", "a+b", "\u0430", "\uff50", "é", "a{b}", "a:b",
    "a\\b", "a*", "~a",
)  # fmt: skip
BAD_CHANNELS = ("", "a", "Latest", "1a", "-a", "a_b", "a.b", "a/b", "latest\n", "latest ", "\u043batest", "a b")


@given(st.sampled_from(["", "startifact/", "a/b/"]), projects, versions)
def test_keys_are_where_startifact_looks_for_them(prefix: str, project: str, version: Version) -> None:
    keys = Keys(prefix, project, version)
    assert keys.artifact == f"{prefix}{project}@{version.text}"
    assert keys.metadata == f"{prefix}{project}@{version.text}/metadata"


@given(projects, versions, channels)
def test_everything_of_a_version_lies_at_its_key_or_below(project: str, version: Version, channel: str) -> None:
    keys = Keys("p/", project, version)
    for key in (keys.metadata, keys.waybill, keys.events(channel)):
        assert key.startswith(f"{keys.artifact}/")
        assert version_of_key(key, "p/", project) == version
    assert version_of_key(keys.artifact, "p/", project) == version


@given(projects, versions, projects, versions)
def test_no_two_versions_share_a_key(one: str, first: Version, other: str, second: Version) -> None:
    if (one, first) != (other, second):
        mine, theirs = Keys("", one, first), Keys("", other, second)
        assert {mine.artifact, mine.metadata, mine.waybill}.isdisjoint(
            {theirs.artifact, theirs.metadata, theirs.waybill}
        )


@given(projects, projects, versions)
def test_a_listing_of_one_project_finds_no_other(mine: str, other: str, version: Version) -> None:
    found = version_of_key(Keys("", other, version).artifact, "", mine)
    assert (found == version) if mine == other else found is None


@pytest.mark.parametrize(
    "key",
    ["", "p", "p@", "p@latest", "p@1.2", "p@v1.2.3", "q@1.2.3", "x/p@1.2.3", "p@/metadata", "p@1.2.3@4", "P@1.2.3"],
)
def test_what_is_no_version_of_the_project_is_passed_over_in_a_listing(key: str) -> None:
    assert version_of_key(key, "", "p") is None


def test_the_prefix_of_a_projects_versions_begins_every_key() -> None:
    assert Keys("a/", "p", V).artifact.startswith(versions_prefix("a/", "p"))
    assert not Keys("a/", "p2", V).artifact.startswith(versions_prefix("a/", "p"))


@given(projects)
def test_a_project_that_the_rule_allows_is_one(project: str) -> None:
    assert is_project(project)


@pytest.mark.parametrize("text", BAD_PROJECTS)
def test_a_name_that_could_lead_elsewhere_is_no_project(text: str) -> None:
    assert not is_project(text)


@given(st.text(max_size=8))
def test_a_project_is_what_the_vocabulary_says(text: str) -> None:
    assert is_project(text) == (re.fullmatch("[A-Za-z0-9_.-]+", text) is not None and text not in {".", ".."})


@given(st.text(max_size=8) | channels)
def test_a_channel_is_what_the_vocabulary_says(text: str) -> None:
    assert is_channel(text) == (re.fullmatch("[a-z][a-z0-9-]+", text) is not None)


@pytest.mark.parametrize("text", BAD_CHANNELS)
def test_a_name_that_is_no_channel_is_none(text: str) -> None:
    assert not is_channel(text)


@given(projects, channels)
def test_a_channels_parameter_is_where_startifact_keeps_latest(project: str, channel: str) -> None:
    assert channel_parameter("/artifacts", project, channel) == f"/artifacts/{project}/{channel}"
    assert channel_parameter("", project, "latest") == f"/{project}/latest"


@given(projects, channels)
def test_a_channels_parameter_has_a_name_that_systems_manager_takes(project: str, channel: str) -> None:
    assert parameter_fault(channel_parameter("/artifacts", project, channel)) is None


@pytest.mark.parametrize(
    "name", ["/a", "/a/b/c", "a", "a.b-c_d", "/Artifacts/x", "/" + "/".join("abcdefghijklmno"), "/awesome/x"]
)
def test_names_that_systems_manager_takes_have_no_fault(name: str) -> None:
    assert parameter_fault(name) is None


@pytest.mark.parametrize(
    "name",
    [
        "", "/", "//a", "/a/", "a/b", "/a b", "/a\n", "/é", "/a@b", "/a+b", "/aws/x", "/AWS-x", "aws", "/ssm", "SSMx",
        "/ssm/y", "/" + "/".join("abcdefghijklmnop"), "/" + "a" * 1011,
    ],
)  # fmt: skip
def test_names_that_systems_manager_refuses_have_a_fault_that_says_why(name: str) -> None:
    fault = parameter_fault(name)
    assert fault is not None
    assert fault.startswith("must ")
