"""The EventBridge rules that start a pipeline."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from waybill.aws.calls import Calls
from waybill.aws.meanings import Asked
from waybill.domain.deploy.pipeline import Pipeline
from waybill.errors import AccessDenied, Unavailable
from waybill.ports.pipeline import Watchers


def watchers(events: Callable[[], Any], calls: Calls, pipeline: Pipeline) -> Watchers:
    """Return the rules on the default bus that start the pipeline; who may not see them knows of none.

    Nothing rests on it but a warning: where there is no way to EventBridge, nobody is to fail for one.
    """
    asked = Asked(action="events:ListRuleNamesByTarget", resource="*", where=f"EventBridge in {pipeline.region}")
    rules: list[str] = []
    more: dict[str, str] = {}
    while True:
        ask = partial(_ask, events, TargetArn=pipeline.arn, **more)
        try:
            answer = calls.hasty().perform(asked, ask, {"ResourceNotFoundException": {}})
        except (AccessDenied, Unavailable):
            return Watchers(known=False)
        rules += answer.get("RuleNames", [])
        if not answer.get("NextToken"):
            return Watchers(rules=tuple(rules))
        more = {"NextToken": answer["NextToken"]}


def _ask(events: Callable[[], Any], **given: Any) -> Any:
    return events().list_rule_names_by_target(**given)
