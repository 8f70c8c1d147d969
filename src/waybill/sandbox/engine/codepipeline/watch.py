"""Uploads that start pipelines: polling, and EventBridge rules.

CodePipeline polls about once a minute; here a written source key is found at once.
https://docs.aws.amazon.com/codepipeline/latest/userguide/change-detection-methods.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from waybill.sandbox.engine.codepipeline import starting
from waybill.sandbox.engine.codepipeline.definition import S3, Action
from waybill.sandbox.engine.codepipeline.execution import Trigger
from waybill.sandbox.engine.codepipeline.service import Service
from waybill.sandbox.engine.refusals import Refusal


def written(service: Service, bucket: str, key: str) -> None:
    """Start the pipelines that poll this key."""
    with service.lock:
        for line in list(service.lines()):
            polled = [action for action in line.definition.sources if _polls(action, bucket, key)]
            if polled:
                trigger = Trigger("PollForSourceChanges", polled[0].name)
                line.add(trigger, service.clock(), variables=starting.defaults(line.definition))
                service.go(line)


def fired(service: Service, pipeline: str, rule: str, document: Mapping[str, Any]) -> None:
    """Start the pipeline that an EventBridge rule names. A start that CodePipeline refuses is lost, as in AWS."""
    with service.lock:
        line = service.by_arn(pipeline)
        if line is None:
            return
        try:
            starting.start(line, document, Trigger("CloudWatchEvent", rule), service.clock())
        except (Refusal, KeyError, TypeError):
            return
        service.go(line)


def _polls(action: Action, bucket: str, key: str) -> bool:
    watched = (action.configuration.get("S3Bucket"), action.configuration.get("S3ObjectKey"))
    return action.provider == S3 and watched == (bucket, key) and action.says("PollForSourceChanges", "true")
