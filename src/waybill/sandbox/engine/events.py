"""EventBridge's way to pipelines: a rule's target may be a pipeline's ARN, which moto does not know.

S3 tells EventBridge only of buckets whose notifications to EventBridge are on, as AWS does.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from moto.events.models import Rule
from moto.events.utils import EventMessageType

Fired = Callable[[str, str, Mapping[str, Any]], None]
_PIPELINE: Final = "arn:aws:codepipeline:"


def install(fired: Fired) -> None:
    """Let rules start pipelines: `fired` is told the pipeline's ARN, the rule's, and what the target is sent."""
    send: Callable[..., None] = Rule.send_to_targets

    def send_to_targets(self: Rule, original_event: EventMessageType, transform_input: bool = True) -> None:
        if self.state != "ENABLED" or not self.event_pattern.matches_event(original_event):
            return
        pipelines = [target for target in self.targets if str(target["Arn"]).startswith(_PIPELINE)]
        for target in pipelines:
            fired(target["Arn"], self.arn, _input(target, original_event))
        others = _Others(self, [target for target in self.targets if target not in pipelines])
        if others.targets:
            send(others, original_event, transform_input)

    Rule.send_to_targets = send_to_targets  # type: ignore[method-assign]


class _Others:
    """A rule with some of its targets."""

    def __init__(self, rule: Rule, targets: list[dict[str, Any]]) -> None:
        self._rule = rule
        self.targets = targets

    def __getattr__(self, name: str) -> Any:
        return getattr(self._rule, name)


def _input(target: Mapping[str, Any], event: Any) -> dict[str, Any]:
    """Return the JSON object that a pipeline is started with: it may have `sourceRevisions` and `variables`."""
    text = str(target.get("Input") or "{}")
    transformer = target.get("InputTransformer")
    if transformer is not None:
        text = str(transformer.get("InputTemplate", ""))
        for name, path in transformer.get("InputPathsMap", {}).items():
            text = text.replace(f"<{name}>", str(_at(event, path)))
    try:
        document = json.loads(text)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _at(event: Any, path: str) -> Any:
    """Return what a JSON path such as `$.detail.object.key` leads to, or ""."""
    for name in path.removeprefix("$.").split("."):
        event = event.get(name, "") if isinstance(event, dict) else ""
    return event
