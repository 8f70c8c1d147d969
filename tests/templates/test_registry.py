"""registry.yaml: which lifecycle rule takes which tag; a release is never one of those that a build leaves behind."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates.cases import CASES, KEY
from templates.lifecycle import Image, Rule, expired, rules, taker
from templates.reading import Stack, load

TEMPLATE = load("registry")
OWN = Stack(template=TEMPLATE, parameters=CASES["registry"]["the action's own image"])
OTHERS = Stack(template=TEMPLATE, parameters=CASES["registry"]["an application's, for others"])
RELEASES = "Releases: all but the newest"


def policy(stack: Stack) -> list[Rule]:
    return rules(stack.properties("Repository")["LifecyclePolicy"]["LifecyclePolicyText"])


@pytest.mark.parametrize(
    ("tags", "taken_by"),
    [
        ("v1.2.3", RELEASES),
        ("v1", RELEASES),
        ("v0.0.0-rc.1", RELEASES),
        ("v1.2.3 1a2b3c4", RELEASES),
        ("v1.2.3 latest testing", RELEASES),
        ("", "Untagged"),
        ("testing", "Testing"),
        ("testing-42", "Testing"),
        ("builder", "Builders"),
        ("builder-amd64", "Builders"),
        ("sha-1a2b3c4", "Commits, as sha-1234567"),
        ("1a2b3c4", "Commits that begin with 1"),
        ("0000000", "Commits that begin with 0"),
        ("f00ba12", "Commits that begin with f"),
        # What the patterns cannot tell from a commit; the parameter's description says so.
        ("1.2.3", "Commits that begin with 1"),
        ("edge", "Commits that begin with e"),
        ("develop", "Commits that begin with d"),
        ("beta", "Commits that begin with b"),
        ("latest", None),
        ("main", None),
        ("stable", None),
        ("nightly", None),
    ],
)
def test_which_rule_takes_which_tags(tags: str, taken_by: str | None) -> None:
    taken = taker(policy(OWN), Image(100, tuple(tags.split())))
    assert (taken.description if taken else None) == taken_by


@pytest.mark.parametrize("tag", ["1a2b3c4", "1.2.3", "edge", "develop", "latest"])
def test_without_bare_commits_only_what_says_what_it_is_goes(tag: str) -> None:
    assert taker(policy(OTHERS), Image(100, (tag,))) is None
    assert len(policy(OTHERS)) == 5
    assert len(policy(OWN)) == 5 + 16


def test_each_digit_that_a_commit_begins_with_has_its_rule_behind_the_releases() -> None:
    first, *others = policy(OWN)
    assert first.patterns == ("v*",)
    assert {rule.patterns for rule in others} >= {(f"{digit}*",) for digit in "0123456789abcdef"}
    assert all(len(rule.patterns) <= 1 for rule in others)


def test_builds_go_after_three_days_and_releases_when_there_are_too_many() -> None:
    images = [
        *(Image(days, (f"v1.0.{days}",)) for days in range(1, 8)),
        *(Image(days, (tag,)) for days in (2, 4) for tag in ("testing", "builder-x", "1a2b3c4", "sha-1a2b3c4")),
        Image(2),
        Image(4),
        Image(400, ("latest",)),
    ]
    few = Stack(template=TEMPLATE, parameters={**OWN.parameters, "ReleasesKept": "5"})
    gone = expired(policy(few), images)
    assert {image.tags for image in gone if image.tags and image.tags[0].startswith("v")} == {("v1.0.6",), ("v1.0.7",)}
    assert {image for image in gone if image.days != 4} == {Image(6, ("v1.0.6",)), Image(7, ("v1.0.7",))}
    assert len(gone) == 2 + 5


TAGS = st.sampled_from(["testing", "builder-x", "1a2b3c4", "sha-1a2b3c4", "e0", "latest", "v-not", "f"])


@given(st.integers(1, 49), st.lists(TAGS, max_size=4), st.floats(0, 10_000))
def test_a_release_stays_while_it_is_among_the_newest_whatever_its_other_tags(
    newer: int, others: list[str], days: float
) -> None:
    release = Image(days, ("v1.0.0", *others))
    images = [release, *(Image(days / 2, (f"v1.1.{number}",)) for number in range(newer))]
    assert release not in expired(policy(OWN), images)


def test_a_first_rule_that_releases_do_not_match_would_be_seen() -> None:
    moved = [rule for rule in policy(OWN) if rule.patterns != ("v*",)]
    release = Image(100, ("v1.2.3", "1a2b3c4"))
    assert release in expired(moved, [release])


def test_numbers_of_the_parameters_reach_the_rules_and_the_text_is_one_that_ecr_takes() -> None:
    text = OTHERS.properties("Repository")["LifecyclePolicy"]["LifecyclePolicyText"]
    assert policy(OTHERS)[0].newest == 5
    assert {rule.days for rule in policy(OTHERS)[1:]} == {3}
    assert len(json.loads(text)["rules"]) <= 50
    longest = OWN.properties("Repository")["LifecyclePolicy"]["LifecyclePolicyText"]
    assert 100 <= len(longest) <= 30_720


def test_who_may_pull_and_what_encrypts() -> None:
    (pull,) = OTHERS.properties("Repository")["RepositoryPolicyText"]["Statement"]
    assert pull["Principal"] == {"AWS": ["111111111111", "333333333333"]}
    assert pull["Action"] == ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    assert OTHERS.properties("Repository")["EncryptionConfiguration"] == {"EncryptionType": "KMS", "KmsKey": KEY}
    assert "RepositoryPolicyText" not in OWN.properties("Repository")
