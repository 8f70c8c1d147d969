"""AWS::ECR::Repository."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from waybill.sandbox.engine.cloudformation.kinds import Made, Place
from waybill.sandbox.engine.cloudformation.types.asking import ask, truth, unfit
from waybill.sandbox.engine.cloudformation.types.common import document, gone, named, only, tag_list, tags, undoing

_SETTINGS: Final = {
    "ImageTagMutability": "PutImageTagMutability",
    "ImageScanningConfiguration": "PutImageScanningConfiguration",
}
_DEFAULTS: Final = {"ImageTagMutability": "MUTABLE", "ImageScanningConfiguration": {"ScanOnPush": False}}


class Repository:
    """A repository of images, its policy and its lifecycle policy."""

    type = "AWS::ECR::Repository"
    known = frozenset(
        {
            "EmptyOnDelete",
            "EncryptionConfiguration",
            "LifecyclePolicy",
            "RepositoryName",
            "RepositoryPolicyText",
            "Tags",
        }
        | _SETTINGS.keys()
    )
    required = frozenset[str]()
    replaces = frozenset({"EncryptionConfiguration", "RepositoryName"})

    def create(self, properties: Mapping[str, Any], place: Place) -> Made:
        """CreateRepository, then its policies."""
        ecr = place.client("ecr")
        name = str(properties.get("RepositoryName") or named(place, 256).lower())
        request = {
            **only(properties, "EncryptionConfiguration", *_SETTINGS),
            "repositoryName": name,
            "tags": _tags(properties, place),
        }
        found = ask(ecr, "CreateRepository", request)["repository"]
        made = Made(name, {"Arn": found["repositoryArn"], "RepositoryUri": found["repositoryUri"]})
        with undoing(lambda: self.delete(made, properties, place)):
            _put_policies(ecr, name, {}, properties)
        return made

    def update(self, made: Made, before: Mapping[str, Any], after: Mapping[str, Any], place: Place) -> Made:
        """Change whatever has changed."""
        ecr, which = place.client("ecr"), {"repositoryName": made.physical_id}
        for name, operation in _SETTINGS.items():
            if before.get(name) != after.get(name):
                ask(ecr, operation, {**which, name: after.get(name, _DEFAULTS[name])})
        _put_policies(ecr, made.physical_id, before, after)
        resource, then = {"resourceArn": made.attributes["Arn"]}, tags(after, place)
        there = {tag["Key"] for tag in ask(ecr, "ListTagsForResource", resource)["tags"]}
        if there - then.keys():
            ask(ecr, "UntagResource", {**resource, "tagKeys": sorted(there - then.keys())})
        if then:
            ask(ecr, "TagResource", {**resource, "tags": _tags(after, place)})
        return made

    def delete(self, made: Made, properties: Mapping[str, Any], place: Place) -> None:
        """DeleteRepository; ECR refuses one with images, unless EmptyOnDelete says otherwise."""
        force = truth(properties.get("EmptyOnDelete", False))
        with gone("RepositoryNotFoundException"):
            ask(place.client("ecr"), "DeleteRepository", {"repositoryName": made.physical_id, "force": force})


def _tags(properties: Mapping[str, Any], place: Place) -> list[dict[str, str]]:
    return tag_list(tags(properties, place))


def _put_policies(ecr: Any, name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    which = {"repositoryName": name}
    then = after.get("RepositoryPolicyText")
    if then != before.get("RepositoryPolicyText"):
        if then is None:
            ask(ecr, "DeleteRepositoryPolicy", which)
        else:
            ask(ecr, "SetRepositoryPolicy", {**which, "policyText": document(then)})
    lifecycle = after.get("LifecyclePolicy")
    if lifecycle == before.get("LifecyclePolicy"):
        return
    if lifecycle is None:
        ask(ecr, "DeleteLifecyclePolicy", which)
        return
    if lifecycle.keys() - {"LifecyclePolicyText", "RegistryId"} or "LifecyclePolicyText" not in lifecycle:
        raise unfit("#/LifecyclePolicy: LifecyclePolicyText is needed, and RegistryId is known")
    ask(ecr, "PutLifecyclePolicy", {**which, **lifecycle})
