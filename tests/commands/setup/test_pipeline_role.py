from __future__ import annotations

import copy
import json
from dataclasses import replace
from typing import Any

import pytest

from commands.setup.standing import PREPARED, Standing
from fakes.aws import DEVELOPMENT, PRODUCTION, REGIONS
from fakes.state import DeclaredState
from waybill.commands.setup.pipeline_role import pipeline_role
from waybill.domain.findings import Verdict
from waybill.domain.result import Result
from waybill.domain.setup.estate import Output, PipelineEntry
from waybill.domain.setup.pipelines.role import RoleEdited
from waybill.errors import ConflictError, ExitCode, IdentityError, InputError, Unavailable
from waybill.inputs import setup_pipeline_role as inputs

A, B, _ = REGIONS
NAME = "handmade"
ROLE = f"arn:aws:iam::{PRODUCTION}:role/prods3role"
OWN = f"arn:aws:iam::{DEVELOPMENT}:role/codepipeline-service-role"


def action(name: str, category: str, provider: str, **more: Any) -> dict[str, Any]:
    kind = {"category": category, "owner": "AWS", "provider": provider, "version": "1"}
    return {"name": name, "actionTypeId": kind, "configuration": {"BucketName": "output"}, **more}


def document(key: str, **more: Any) -> dict[str, Any]:
    """Return a pipeline with two S3 deploy actions, one of them in another region, and what else there may be."""
    stores = {
        region: {"type": "S3", "location": region, "encryptionKey": {"id": key, "type": "KMS"}} for region in (A, B)
    }
    return {
        "name": NAME,
        "roleArn": OWN,
        "artifactStores": stores,
        "pipelineType": "V2",
        "stages": [
            {"name": "Source", "actions": [action("Source", "Source", "S3")]},
            {"name": "Approve", "actions": [action("Manual", "Approval", "Manual")]},
            {"name": "Build", "actions": [action("Make", "Build", "CodeBuild")]},
            {
                "name": "Deploy",
                "actions": [
                    action("Push", "Deploy", "S3"),
                    action("Push-west", "Deploy", "S3", region=B, roleArn=f"arn:aws:iam::{PRODUCTION}:role/former"),
                ],
            },
        ],
        **more,
    }


@pytest.fixture
def standing() -> Standing:
    found = Standing()
    key = found.world.add_key(A, DEVELOPMENT)
    other = replace(key, text=key.text.replace(A, B), region=B)
    found.world.kms.keys[other.text] = other
    declared = document(key.text)
    declared["artifactStores"][B]["encryptionKey"]["id"] = other.text
    found.world.declarations[DEVELOPMENT, A, NAME] = DeclaredState(document=declared, version=3)
    return found


def run(standing: Standing, **values: str) -> Result:
    given = {"deploy-role": ROLE, "pipeline": NAME, "account": "development"}
    given |= {name.replace("_", "-"): text for name, text in values.items()}
    request = inputs.read(given, standing.around(), file=standing.file)
    return pipeline_role(request, standing.tools())


def state(standing: Standing) -> DeclaredState:
    return standing.world.declarations[DEVELOPMENT, A, NAME]


def roles(standing: Standing) -> dict[str, str | None]:
    stages = state(standing).document["stages"]
    return {one["name"]: one.get("roleArn") for stage in stages for one in stage["actions"]}


def body(result: Result) -> RoleEdited:
    assert isinstance(result.body, RoleEdited)
    return result.body


def verdicts(result: Result) -> dict[str, Verdict]:
    return {f"{one.check} {one.region}".strip(): one.verdict for one in body(result).findings}


def writes(standing: Standing) -> list[str]:
    return [call.call for call in standing.world.writes()]


def test_the_diff_is_shown_first_and_nothing_is_written(standing: Standing) -> None:
    result = run(standing)
    assert (result.outcome, result.changed, result.exit_code) == ("planned", False, 0)
    diff = body(result).edit.diff(NAME)
    assert [line for line in diff if line.startswith("+") and "roleArn" in line] == [
        f'+          "roleArn": "{ROLE}"',
        f'+          "roleArn": "{ROLE}"',
    ]
    assert [line.strip("- ") for line in diff if line.startswith("-") and "roleArn" in line] == [
        f'"roleArn": "arn:aws:iam::{PRODUCTION}:role/former"'
    ]
    assert not writes(standing)
    assert "--yes" in (result.then or "")


def test_with_yes_the_s3_deploy_actions_have_the_role_and_nothing_else_changes(standing: Standing) -> None:
    before = copy.deepcopy(state(standing).document)
    result = run(standing, yes="true")
    assert (result.outcome, result.changed, result.exit_code) == ("created", True, 0)
    assert roles(standing) == {"Source": None, "Manual": None, "Make": None, "Push": ROLE, "Push-west": ROLE}
    after = copy.deepcopy(state(standing).document)
    for one in after["stages"][-1]["actions"]:
        one.pop("roleArn")
    before["stages"][-1]["actions"][1].pop("roleArn")
    assert after == before
    assert (body(result).version, body(result).version_after) == (3, 4)
    standing.world.calls.forget()
    again = run(standing, yes="true")
    assert (again.outcome, again.changed, again.exit_code) == ("already", False, 0)
    assert not writes(standing)


def test_only_the_action_that_is_named_gets_it(standing: Standing) -> None:
    run(standing, action="Make", yes="true")
    assert roles(standing)["Make"] == ROLE
    assert roles(standing)["Push"] is None


@pytest.mark.parametrize("name", ["Nothing", "Source", "Manual"])
def test_an_action_that_is_not_there_or_takes_no_role_is_a_fault(standing: Standing, name: str) -> None:
    with pytest.raises(InputError) as caught:
        run(standing, action=name, yes="true")
    assert [(fault.name, fault.value) for fault in caught.value.faults] == [("action", name)]
    assert not writes(standing)


def test_a_pipeline_without_s3_deploy_actions_says_so(standing: Standing) -> None:
    state(standing).document["stages"].pop()
    with pytest.raises(InputError, match="no S3 deploy action") as caught:
        run(standing)
    assert caught.value.faults[0].example == "Make"


def test_a_pipeline_that_is_not_there_is_a_fault_that_says_where_it_was_looked_for(standing: Standing) -> None:
    with pytest.raises(InputError, match=f"no pipeline in {B} of the account development"):
        run(standing, region=B)


def test_a_change_of_somebody_else_between_look_and_write_is_seen(standing: Standing) -> None:
    def rival(_: object) -> None:
        document = copy.deepcopy(state(standing).document)
        document["stages"][2]["name"] = "Make"
        state(standing).update(document)

    standing.world.on("read-declaration", rival, skip=1)
    with pytest.raises(ConflictError, match="version 4, and was at 3"):
        run(standing, yes="true")
    assert not writes(standing)
    assert state(standing).document["stages"][2]["name"] == "Make"


def test_a_change_at_the_same_moment_shows_in_the_version_and_is_said(standing: Standing) -> None:
    standing.world.on("update-declaration", lambda _: state(standing).update(state(standing).document))
    result = run(standing, yes="true")
    assert body(result).version_after == 5
    assert any("at the same moment" in note for note in body(result).notes)


def test_it_says_that_aws_has_no_guard_and_what_becomes_of_rollbacks(standing: Standing) -> None:
    result = run(standing)
    assert any("no guard" in note for note in body(result).notes)
    assert verdicts(result)["rollbacks"] is Verdict.WARN
    state(standing).document["pipelineType"] = "V1"
    assert "rollbacks" not in verdicts(run(standing))


def test_secrets_that_aws_masks_are_warned_of(standing: Standing) -> None:
    assert "secrets" not in verdicts(run(standing))
    state(standing).document["stages"][0]["actions"][0]["configuration"]["OAuthToken"] = "****"
    result = run(standing, yes="true")
    assert verdicts(result)["secrets"] is Verdict.WARN
    assert result.changed


def test_executions_under_way_would_be_cancelled_so_it_is_refused(standing: Standing) -> None:
    state(standing).under_way = ["e1"]
    result = run(standing, yes="true")
    assert (result.outcome, result.exit_code) == ("conflict", ExitCode.CONFLICT)
    assert verdicts(result)["under-way"] is Verdict.FAIL
    assert not writes(standing)
    state(standing).under_way = []
    assert run(standing, yes="true").changed


def test_a_role_of_the_pipelines_own_account_is_refused_unless_that_is_meant(standing: Standing) -> None:
    own = f"arn:aws:iam::{DEVELOPMENT}:role/mine"
    refused = run(standing, deploy_role=own, yes="true")
    assert (refused.exit_code, verdicts(refused)["role"]) == (ExitCode.CONFLICT, Verdict.FAIL)
    assert not writes(standing)
    state(standing).document["artifactStores"][A].pop("encryptionKey")
    assert run(standing, deploy_role=own, same_account="true", yes="true").changed, "needs no key of its own"


@pytest.mark.parametrize("wrong", ["none", "alias", "aws's own", "no such key"])
def test_a_store_whose_key_another_account_cannot_use_is_refused(standing: Standing, wrong: str) -> None:
    store = state(standing).document["artifactStores"][B]
    match wrong:
        case "none":
            store.pop("encryptionKey")
        case "alias":
            store["encryptionKey"]["id"] = f"arn:aws:kms:{B}:{DEVELOPMENT}:alias/mine"
        case "aws's own":
            store["encryptionKey"]["id"] = standing.world.managed_key(B, DEVELOPMENT).text
        case "no such key":
            store["encryptionKey"]["id"] = "1234abcd-12ab-34cd-56ef-1234567890ab"
    result = run(standing, yes="true")
    assert (verdicts(result)[f"artifact-key {B}"], result.exit_code) == (Verdict.FAIL, ExitCode.CONFLICT)
    assert verdicts(result)[f"artifact-key {A}"] is Verdict.PASS
    assert not writes(standing)
    assert run(standing, action="Push", yes="true").changed, "an action that does not run there is not concerned"


def test_the_one_store_of_a_pipeline_in_one_region_is_looked_at_and_a_bare_key_id_is_taken(standing: Standing) -> None:
    document = state(standing).document
    store = document.pop("artifactStores")[A]
    store["encryptionKey"]["id"] = store["encryptionKey"]["id"].rpartition("/")[2]
    document["artifactStore"] = store
    document["stages"][-1]["actions"].pop()
    assert verdicts(run(standing))[f"artifact-key {A}"] is Verdict.PASS
    del store["encryptionKey"]
    assert verdicts(run(standing))[f"artifact-key {A}"] is Verdict.FAIL


def test_a_key_that_may_not_be_looked_at_is_unknown_and_refuses_nothing(standing: Standing) -> None:
    standing.world.deny("customer-managed")
    result = run(standing, yes="true")
    assert verdicts(result)[f"artifact-key {A}"] is Verdict.UNKNOWN
    assert result.changed


class TestOfTheFile:
    @pytest.fixture
    def standing(self, standing: Standing) -> Standing:
        """A file that knows the pipeline."""
        known = PipelineEntry(
            name=NAME, account="development", production="production", region=A, output=Output(bucket="output")
        )
        standing.estate = replace(PREPARED, pipelines=(known,), regions=(B, A))
        return standing

    def test_the_file_knows_the_account_the_region_and_the_role(self, standing: Standing) -> None:
        result = run(standing, account="", deploy_role="")
        assert (body(result).request.account.name, body(result).request.region) == ("development", A)
        assert body(result).request.role.text == ROLE

    def test_a_role_of_an_account_that_the_file_does_not_deploy_into_is_a_warning(self, standing: Standing) -> None:
        result = run(standing, deploy_role="arn:aws:iam::333333333333:role/prods3role")
        assert verdicts(result)["role"] is Verdict.WARN


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"deploy-role": "prods3role"}, "deploy-role"),
        ({"deploy-role": ""}, "deploy-role"),
        ({"pipeline": ""}, "pipeline"),
        ({"pipeline": "two words"}, "pipeline"),
        ({"action": "two words"}, "action"),
        ({"region": "us-nowhere-1"}, "region"),
        ({"account": ""}, "account"),
        ({"account": "staging"}, "account"),
        ({"same-account": "maybe"}, "same-account"),
    ],
)
def test_p10_a_wrong_value_is_a_fault(standing: Standing, values: dict[str, str], name: str) -> None:
    given = {"deploy-role": ROLE, "pipeline": NAME, "account": "development", **values}
    with pytest.raises(InputError) as caught:
        inputs.read(given, standing.around(), file=standing.file)
    assert [fault.name for fault in caught.value.faults] == [name]
    assert not standing.entered


def test_p7_only_the_pipelines_account_is_entered_and_it_must_be_that(standing: Standing) -> None:
    run(standing)
    assert {identity.account for identity in standing.entered} == {DEVELOPMENT}
    standing.gateways[DEVELOPMENT] = standing.world.gateway(PRODUCTION)
    with pytest.raises(IdentityError):
        run(standing, yes="true")


def test_p8_a_session_that_only_looks_may_not_write(standing: Standing) -> None:
    gateway = standing.gateways[DEVELOPMENT] = standing.world.gateway(DEVELOPMENT)
    run(standing)
    run(standing, yes="true")
    looking, writing = (json.dumps(json.loads(text)) for text in gateway.policies)
    assert "UpdatePipeline" not in looking
    assert "PassRole" not in looking
    assert f"arn:aws:codepipeline:{A}:{DEVELOPMENT}:{NAME}" in writing
    assert "codepipeline.amazonaws.com" in writing


def test_a_lost_answer_is_looked_up(standing: Standing) -> None:
    standing.world.fail(call="update-declaration", when="after", error=Unavailable("no answer"))
    result = run(standing, yes="true")
    assert (result.changed, body(result).version_after) == (True, 4)


def test_an_update_that_did_not_arrive_is_an_error(standing: Standing) -> None:
    standing.world.fail(call="update-declaration", error=Unavailable("no answer"))
    with pytest.raises(Unavailable):
        run(standing, yes="true")
    assert roles(standing)["Push"] is None


def test_the_document_has_the_diff(standing: Standing) -> None:
    found = run(standing).to_json()
    assert found["version"] == "", "that of a project; the pipeline's is beside it"
    assert found["pipeline_role"]["version"] == 3
    assert ROLE in found["pipeline_role"]["diff"]
    json.dumps(found)
