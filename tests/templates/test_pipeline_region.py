"""pipeline-region.yaml: a further region's artifact bucket and key are those of pipeline.yaml, word for word."""

from __future__ import annotations

from templates.cases import CASES
from templates.crossing import crosses_into_production
from templates.reading import Stack, load

TEMPLATE = load("pipeline-region")
STACK = Stack(
    template=TEMPLATE,
    parameters=CASES["pipeline-region"]["a further region"],
    account="111111111111",
    region="us-west-2",
)


def test_its_resources_and_parameters_are_those_of_the_pipelines_own_region() -> None:
    whole = load("pipeline")
    assert set(TEMPLATE["Resources"]) == {"Key", "Alias", "ArtifactBucket", "ArtifactBucketPolicy"}
    for section in ("Resources", "Parameters"):
        for name, body in TEMPLATE[section].items():
            assert body == whole[section][name], name


def test_production_uses_the_key_and_reads_the_artifacts_by_its_role_only() -> None:
    crosses_into_production(STACK)


def test_the_outputs_are_what_the_pipeline_asks_for() -> None:
    assert set(STACK.outputs) == {"BucketName", "BucketArn", "KeyArn"}
    assert STACK.properties("ArtifactBucket")["BucketName"] == "codepipeline-us-west-2-111111111111"
