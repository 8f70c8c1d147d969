"""Evaluates ECR's lifecycle rules as AWS documents them, to see which rule takes which image.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html and .../lifecycle_policy_parameters.html:

- Rules are evaluated by priority, the lowest number first; priorities are unique.
- A rule selects images without tags, or images on which every one of its patterns matches some tag.
- An image that matches the tagging requirements of a rule cannot be expired by a rule of lower priority.
- Counting is from the newest to the oldest push; age is since the push.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

MOST_WILDCARDS = 4


@dataclass(frozen=True, slots=True)
class Image:
    """An image by its tags; `days` since it was pushed."""

    days: float
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: `patterns` is empty for images without tags; what is older than `days`, or beyond `newest`, expires."""

    priority: int
    description: str
    patterns: tuple[str, ...]
    days: int | None
    newest: int | None

    def selects(self, image: Image) -> bool:
        if not self.patterns:
            return not image.tags
        return all(any(fnmatchcase(tag, pattern) for tag in image.tags) for pattern in self.patterns)

    def expires(self, selected: Iterable[Image]) -> list[Image]:
        ordered = sorted(selected, key=lambda image: image.days)
        if self.newest is not None:
            return ordered[self.newest :]
        return [image for image in ordered if self.days is not None and image.days > self.days]


def rules(text: str) -> list[Rule]:
    """Read a policy's text, in the order of its priorities; what ECR would refuse fails here."""
    found = [_rule(one) for one in json.loads(text)["rules"]]
    assert len({rule.priority for rule in found}) == len(found), "priorities are unique"
    assert len({rule.patterns for rule in found}) == len(found), "no two rules select the same"
    return sorted(found, key=lambda rule: rule.priority)


def _rule(one: Mapping[str, Any]) -> Rule:
    selection = one["selection"]
    assert one["action"] == {"type": "expire"}
    assert set(selection) <= {"tagStatus", "tagPatternList", "countType", "countUnit", "countNumber"}
    tagged = selection["tagStatus"] == "tagged"
    assert tagged or selection["tagStatus"] == "untagged", "no rule here is for any image"
    patterns = tuple(selection.get("tagPatternList", ()))
    assert bool(patterns) is tagged
    assert all(pattern.count("*") <= MOST_WILDCARDS for pattern in patterns)
    by_age = selection["countType"] == "sinceImagePushed"
    assert by_age == ("countUnit" in selection)
    assert by_age or selection["countType"] == "imageCountMoreThan"
    number = selection["countNumber"]
    assert isinstance(number, int)
    assert number > 0
    return Rule(
        one["rulePriority"], one["description"], patterns, number if by_age else None, None if by_age else number
    )


def taker(policy: Iterable[Rule], image: Image) -> Rule | None:
    """Return the rule that alone may expire this image."""
    return next((rule for rule in policy if rule.selects(image)), None)


def expired(policy: Iterable[Rule], images: Iterable[Image]) -> dict[Image, Rule]:
    """Return the images that go, each with the rule that takes it.

    A rule counts all images that it selects, those of earlier rules too: it sees them, and cannot take them.
    """
    ordered, repository = list(policy), list(images)
    found = {}
    for rule in ordered:
        for image in rule.expires(image for image in repository if rule.selects(image)):
            if taker(ordered, image) == rule:
                found[image] = rule
    return found
