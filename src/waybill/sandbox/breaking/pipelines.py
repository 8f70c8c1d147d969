"""Pipelines that are not as they should be, and what they need."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final

from waybill.sandbox import layout
from waybill.sandbox.breaking.buckets import policed as bucket_policed
from waybill.sandbox.breaking.hands import Hands
from waybill.sandbox.breaking.keys import own_alone
from waybill.sandbox.breaking.keys import policed as key_policed
from waybill.sandbox.breaking.kinds import Kind, kind

Change = Callable[[dict[str, Any]], None]
_RULE: Final = "uploads-start-the-pipeline"


def declared(name: str, change: Change, hands: Hands) -> Iterator[None]:
    """Declare a pipeline otherwise."""
    codepipeline = hands.client("codepipeline")
    before = codepipeline.get_pipeline(name=name)["pipeline"]
    after = copy.deepcopy(before)
    change(after)
    codepipeline.update_pipeline(pipeline=after)
    yield
    codepipeline.update_pipeline(pipeline=before)


def _source(pipeline: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = pipeline["stages"][0]["actions"][0]
    return found


def _parallel(pipeline: dict[str, Any]) -> None:
    pipeline["executionMode"] = "PARALLEL"


def _polls(pipeline: dict[str, Any]) -> None:
    _source(pipeline)["configuration"]["PollForSourceChanges"] = "true"


def _fixed(pipeline: dict[str, Any]) -> None:
    del _source(pipeline)["configuration"]["AllowOverrideForS3ObjectKey"]


def _two_sources(pipeline: dict[str, Any]) -> None:
    second = {**_source(pipeline), "name": "Second", "outputArtifacts": [{"name": "SecondArtifact"}]}
    pipeline["stages"][0]["actions"].append(second)


def _nowhere(pipeline: dict[str, Any]) -> None:
    pipeline["artifactStore"]["location"] = "acme-nowhere"


def _no_key(pipeline: dict[str, Any]) -> None:
    del pipeline["artifactStore"]["encryptionKey"]


def _twice(hands: Hands) -> Iterator[None]:
    events = hands.client("events")
    arn = f"arn:aws:codepipeline:{layout.HOME_REGION}:{layout.DEVELOPMENT}:{layout.PIPELINE}"
    pattern = {"source": ["aws.s3"], "detail": {"bucket": {"name": [layout.INPUT_BUCKET]}}}
    events.put_rule(Name=_RULE, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=_RULE, Targets=[{"Id": "pipeline", "Arn": arn, "RoleArn": layout.PIPELINE_ROLE_ARN}])
    polling = declared(layout.PIPELINE, _polls, hands)
    next(polling)
    yield
    next(polling, None)
    events.remove_targets(Rule=_RULE, Ids=["pipeline"])
    events.delete_rule(Name=_RULE)


def _unversioned(hands: Hands) -> Iterator[None]:
    s3 = hands.client("s3")
    for status in ("Suspended", "Enabled"):
        s3.put_bucket_versioning(Bucket=layout.INPUT_BUCKET, VersioningConfiguration={"Status": status})
        if status == "Suspended":
            yield


def _closed(hands: Hands) -> Iterator[None]:
    codepipeline = hands.client("codepipeline")
    where = {"pipelineName": layout.PIPELINE, "stageName": "Deploy", "transitionType": "Inbound"}
    codepipeline.disable_stage_transition(**where, reason="Closed for the holidays")
    yield
    codepipeline.enable_stage_transition(**where)


def _distrusted(hands: Hands) -> Iterator[None]:
    iam = hands.client("iam")
    for trust in (layout.deploy_trust(), layout.pipeline_trust()):
        iam.update_assume_role_policy(RoleName=layout.PIPELINE_ROLE, PolicyDocument=trust)
        if trust == layout.deploy_trust():
            yield


def _powerless(without: str, hands: Hands) -> Iterator[None]:
    """Take the statements of a service's actions out of the policy of the pipelines' role."""
    iam = hands.client("iam")
    named = {"RoleName": layout.PIPELINE_ROLE, "PolicyName": layout.USER_POLICY}
    document = json.loads(layout.pipeline_policy())
    document["Statement"] = [one for one in document["Statement"] if not str(one["Action"]).count(f"{without}:")]
    iam.put_role_policy(**named, PolicyDocument=json.dumps(document))
    yield
    iam.put_role_policy(**named, PolicyDocument=layout.pipeline_policy())


KINDS: Final[tuple[Kind, ...]] = (
    kind("pipeline-mode", "a pipeline runs in PARALLEL mode", partial(declared, layout.PIPELINE, _parallel)),
    kind("pipeline-source", "a pipeline has two S3 sources", partial(declared, layout.PIPELINE, _two_sources)),
    kind(
        "source-override",
        "a pipeline reads the staging bucket, and no start may name a version's key",
        partial(declared, layout.STAGED_PIPELINE, _fixed),
    ),
    kind("source-versioning", "a pipeline's source bucket is not versioned", _unversioned),
    kind("source-polling", "a pipeline polls its source", partial(declared, layout.PIPELINE, _polls)),
    kind("watched-twice", "a pipeline polls its source, and EventBridge starts it as well", _twice),
    kind("transition", "the way into a pipeline's last stage is closed", _closed),
    kind("artifact-store", "a pipeline's artifact bucket is not there", partial(declared, layout.PIPELINE, _nowhere)),
    kind(
        "artifact-key", "a pipeline's artifacts have no key of their own", partial(declared, layout.PIPELINE, _no_key)
    ),
    kind(
        "artifact-key-policy",
        "production's role for pipelines may not use the artifacts' key",
        partial(key_policed, layout.HOME_REGION, layout.PIPELINE_KEY_ALIAS, own_alone),
    ),
    kind(
        "artifact-store-policy",
        "production's role for pipelines may not read the artifact bucket",
        partial(bucket_policed, layout.ARTIFACT_BUCKET, "Allow"),
    ),
    kind("pipeline-role", "the pipelines' role does not trust CodePipeline", _distrusted),
    kind("pipeline-access", "the pipelines' role may not read their source", partial(_powerless, "s3")),
    kind("deploy-role", "the pipelines' role may not take production's", partial(_powerless, "sts")),
)
