"""CodePipeline's answers and refusals that the sandbox does not give: pages, throttling, denials, ends of sessions."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest

from aws.answers import ROLE, ssm_error, sts_session
from aws.doors import OWNER, REGION, Told, lead
from aws.loopback import Answer, Heard, Loopback, loopback
from fakes.site import site_pipeline
from promises.iam import Need, allows
from waybill.domain.arns import RoleArn
from waybill.domain.calls import On
from waybill.domain.deploy.policy import look_policy, pipeline_policy
from waybill.domain.identity import Identity
from waybill.errors import AccessDenied, IdentityError, InputError, PipelineError, Unavailable, WaybillError
from waybill.ports.pipeline import Pin, Pipelines, Start

ARN = f"arn:aws:codepipeline:{REGION}:{OWNER}:site"
FIRST, SECOND = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
STARTED = {"pipelineExecutionId": FIRST}
START = Start(pipeline="site", token="abc123", pins=(Pin(action="In", version_id="v1"),), variables={"WHERE": "x"})
SOURCE = {
    "name": "In",
    "actionTypeId": {"category": "Source", "owner": "AWS", "provider": "S3", "version": "1"},
    "configuration": {"S3Bucket": "b", "S3ObjectKey": "k"},
    "outputArtifacts": [{"name": "Bytes"}],
}
DEFINITION = {
    "pipeline": {
        "name": "site",
        "roleArn": ROLE,
        "version": 7,
        "stages": [{"name": "Source", "actions": [SOURCE]}],
    }
}

Script = dict[str, Any]


def told(**answer: Any) -> Answer:
    return Answer(200, json.dumps(answer), {"Content-Type": "application/x-amz-json-1.1"})


def refused(code: str, message: str = "No.") -> Answer:
    return ssm_error(400, code, message)


@contextmanager
def answering(monkeypatch: pytest.MonkeyPatch, **answers: list[Answer | None] | Answer) -> Iterator[Loopback]:
    """Answer each operation so, one after the other; the last one always."""

    def script(heard: Heard) -> Answer | None:
        heard.read()
        name = heard.headers.get("x-amz-target", "").rpartition(".")[2]
        left = answers[name]
        if isinstance(left, Answer):
            return left
        return left.pop(0) if len(left) > 1 else left[0]

    with loopback(script) as server:
        lead(monkeypatch, server.url)
        yield server


def requests(server: Loopback) -> list[dict[str, Any]]:
    return [json.loads(body) for body in server.bodies()]


def port(ear: Told | None = None) -> Pipelines:
    return (ear or Told()).account().pipelines(REGION)


def test_a_start_says_what_it_takes_with_which_token(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(monkeypatch, StartPipelineExecution=told(**STARTED)) as server:
        assert port().start(START) == FIRST
        port().start(Start(pipeline="site", token="t", pins=(Pin(action="In", version_id="v1", key="other"),)))
        port().start(Start(pipeline="site", token="t"))
    first, second, third = requests(server)
    assert first == {
        "name": "site",
        "clientRequestToken": "abc123",
        "variables": [{"name": "WHERE", "value": "x"}],
        "sourceRevisions": [{"actionName": "In", "revisionType": "S3_OBJECT_VERSION_ID", "revisionValue": "v1"}],
    }
    assert {(one["revisionType"], one["revisionValue"]) for one in second["sourceRevisions"]} == {
        ("S3_OBJECT_KEY", "other"),
        ("S3_OBJECT_VERSION_ID", "v1"),
    }
    assert third == {"name": "site", "clientRequestToken": "t"}


@pytest.mark.parametrize(
    "trouble", [refused("ThrottlingException", "Rate exceeded"), refused("ConflictException"), None]
)
def test_a_start_that_was_throttled_or_lost_is_asked_for_again_with_its_token(
    monkeypatch: pytest.MonkeyPatch, trouble: Answer | None
) -> None:
    with answering(monkeypatch, StartPipelineExecution=[trouble, told(**STARTED)]) as server:
        assert port().start(START) == FIRST
    assert [one["clientRequestToken"] for one in requests(server)] == ["abc123", "abc123"]


def test_too_many_executions_are_the_pipelines_failure_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    limit = refused("ConcurrentPipelineExecutionsLimitExceededException", "The pipeline has reached the limit")
    with answering(monkeypatch, StartPipelineExecution=limit) as server, pytest.raises(PipelineError) as caught:
        port().start(START)
    assert len(server.heard) == 1
    assert "the limit" in caught.value.what
    assert "stop some" in caught.value.advice


@pytest.mark.parametrize(
    ("message", "name", "value"),
    [
        ("Pipeline variables are not defined: WHERE", "variables", "WHERE"),
        ("The source revision override is not valid", "source", "v1"),
        ("Something else is not as it should be", "pipeline", "site"),
    ],
)
def test_what_codepipeline_refuses_is_said_of_the_input_in_its_own_words(
    monkeypatch: pytest.MonkeyPatch, message: str, name: str, value: str
) -> None:
    with (
        answering(monkeypatch, StartPipelineExecution=refused("ValidationException", message)) as server,
        pytest.raises(InputError, match=message) as caught,
    ):
        port().start(START)
    assert [(fault.name, fault.value) for fault in caught.value.faults] == [(name, value)]
    assert len(server.heard) == 1


DENIALS: list[tuple[str, str, Callable[[Pipelines], object]]] = [
    ("GetPipeline", ARN, lambda found: found.definition("site")),
    ("StartPipelineExecution", ARN, lambda found: found.start(START)),
    ("ListPipelineExecutions", ARN, lambda found: found.executions("site")),
    ("GetPipelineExecution", ARN, lambda found: found.execution("site", FIRST)),
    ("ListActionExecutions", ARN, lambda found: found.actions("site", FIRST)),
    ("GetPipelineState", ARN, lambda found: found.stages("site")),
    ("StopPipelineExecution", ARN, lambda found: found.stop("site", FIRST, reason="")),
    ("RollbackStage", f"{ARN}/Deploy", lambda found: found.roll_back("site", "Deploy", to=FIRST)),
]


@pytest.mark.parametrize(("operation", "resource", "ask"), DENIALS, ids=[one[0] for one in DENIALS])
@pytest.mark.parametrize("words", [True, False])
def test_p8_a_refusal_names_the_action_the_arn_and_the_statement_that_is_missing(
    monkeypatch: pytest.MonkeyPatch, operation: str, resource: str, ask: Callable[[Pipelines], object], words: bool
) -> None:
    sentence = (
        f"User: {ROLE} is not authorized to perform: codepipeline:{operation} on resource: {resource} because no "
        f"identity-based policy allows the codepipeline:{operation} action"
    )
    answers = {operation: refused("AccessDeniedException", sentence if words else "")}
    with answering(monkeypatch, **answers) as server, pytest.raises(AccessDenied) as caught:
        ask(port())
    assert (caught.value.action, caught.value.resource) == (f"codepipeline:{operation}", resource)
    assert json.loads(caught.value.statement)["Resource"] == resource
    assert len(server.heard) == 1


@pytest.mark.parametrize(("operation", "resource"), [one[:2] for one in DENIALS])
def test_p8_a_run_may_do_what_it_asks_for_and_a_look_only_what_changes_nothing(operation: str, resource: str) -> None:
    role = RoleArn.parse(ROLE)
    need = Need(f"codepipeline:{operation}", resource, On.PIPELINE)
    assert allows(pipeline_policy(role, site_pipeline(arn=ARN), None), need)
    assert allows(look_policy(role, "site"), need) is operation.startswith(("Get", "List"))
    other = Need(need.action, resource.replace(":site", ":other"), On.PIPELINE)
    assert not allows(pipeline_policy(role, site_pipeline(arn=ARN), None), other)


def test_pages_are_read_to_their_end_and_no_further_than_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    def page(*ids: str, more: str = "") -> Answer:
        found = [{"pipelineExecutionId": one, "status": "Succeeded"} for one in ids]
        return told(pipelineExecutionSummaries=found, **({"nextToken": more} if more else {}))

    pages = [page(SECOND, more="n"), page(FIRST)]
    with answering(monkeypatch, ListPipelineExecutions=[*pages]) as server:
        assert [one.id for one in port().executions("site")] == [SECOND, FIRST]
    assert [one.get("nextToken") for one in requests(server)] == [None, "n"]
    with answering(monkeypatch, ListPipelineExecutions=[*pages]) as server:
        assert [one.id for one in port().executions("site", most=1)] == [SECOND]
        assert [one.id for one in port().succeeded_in("site", "Deploy")] == [FIRST]
    assert requests(server)[1]["filter"] == {"succeededInStage": {"stageName": "Deploy"}}


def test_actions_come_oldest_first_over_all_pages_with_all_that_the_provider_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def run(number: int, began: float, **more: Any) -> dict[str, Any]:
        known = {"pipelineExecutionId": FIRST, "actionExecutionId": str(number), "stageName": "s", "actionName": "a"}
        return {**known, "status": "InProgress", "startTime": began, "lastUpdateTime": began + 1.5, **more}

    result = {
        "externalExecutionId": "build:1",
        "externalExecutionUrl": "https://example.com/1",
        "externalExecutionSummary": "said",
        "errorDetails": {"code": "JobFailed", "message": "it broke"},
        "logStreamARN": "arn:aws:logs:us-east-1:222222222222:log-group:g:log-stream:s",
    }
    failed = run(3, 1769860800.25, status="Failed", output={"executionResult": result})
    pages: list[Answer | None] = [
        told(actionExecutionDetails=[failed, run(2, 1769860700)], nextToken="n"),
        told(actionExecutionDetails=[run(1, 1769860700)]),
    ]
    with answering(monkeypatch, ListActionExecutions=pages):
        runs = port().actions("site", FIRST)
    assert [one.id for one in runs] == ["1", "2", "3"], "those of the same moment in the order that AWS tells"
    last = runs[-1]
    assert (last.started, last.updated) == ("2026-01-31T12:00:00.250Z", "2026-01-31T12:00:01.750Z")
    assert (last.external_id, last.external_url, last.summary) == ("build:1", "https://example.com/1", "said")
    assert (last.error_code, last.error, last.log[-1]) == ("JobFailed", "it broke", "s")


def test_what_an_execution_takes_is_told_by_the_action_that_makes_the_artifact(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = {"name": "Bytes", "revisionId": "v1", "revisionSummary": "site 1.0.0", "revisionUrl": "https://x"}
    found = {"pipelineExecutionId": FIRST, "status": "InProgress", "pipelineVersion": 7, "artifactRevisions": [taken]}
    answers = {"GetPipelineExecution": told(pipelineExecution=found), "GetPipeline": told(**DEFINITION)}
    with answering(monkeypatch, **answers) as server:
        port_ = port()
        for _ in range(3):
            execution = port_.execution("site", FIRST)
    assert execution is not None
    revision = execution.revision("In")
    assert revision is not None
    assert (revision.id, revision.summary, revision.url) == ("v1", "site 1.0.0", "https://x")
    assert sum(one.headers["x-amz-target"].rpartition(".")[2] == "GetPipeline" for one in server.heard) == 1


def test_a_definition_without_type_and_mode_is_an_old_one(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(monkeypatch, GetPipeline=told(**DEFINITION)):
        found = port().definition("site")
    assert found is not None
    assert (found.arn, found.type.value, found.mode.value, found.version) == (ARN, "V1", "SUPERSEDED", 7)
    assert found.sources[0].polls


def test_what_is_not_known_yet_is_said_and_never_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"pipelineExecutionId": FIRST, "status": "Dreaming"}
    with (
        answering(monkeypatch, GetPipelineExecution=told(pipelineExecution=found)),
        pytest.raises(WaybillError, match="Dreaming"),
    ):
        port().execution("site", FIRST)
    later = {"pipeline": {**DEFINITION["pipeline"], "executionMode": "QUANTUM"}}
    with answering(monkeypatch, GetPipeline=told(**later)), pytest.raises(WaybillError, match="QUANTUM"):
        port().definition("site")


@pytest.mark.parametrize("code", ["DuplicatedStopRequestException", "PipelineExecutionNotStoppableException"])
def test_a_stop_that_is_not_needed_is_no_error(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    with answering(monkeypatch, StopPipelineExecution=refused(code)) as server:
        port().stop("site", FIRST, reason="r" * 300)
    (asked,) = requests(server)
    assert (asked["abandon"], len(asked["reason"])) == (False, 200)


@pytest.mark.parametrize(
    "code",
    [
        "PipelineExecutionOutdatedException",
        "UnableToRollbackStageException",
        "PipelineExecutionNotFoundException",
        "StageNotFoundException",
        "ConflictException",
    ],
)
def test_a_stage_that_cannot_go_back_is_an_answer(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    with answering(monkeypatch, RollbackStage=refused(code)):
        assert port().roll_back("site", "Deploy", to=FIRST) is None


@pytest.mark.parametrize("answer", [refused("AccessDeniedException"), None])
def test_who_may_not_see_the_rules_or_cannot_reach_them_knows_of_none(
    monkeypatch: pytest.MonkeyPatch, answer: Answer | None
) -> None:
    with answering(monkeypatch, ListRuleNamesByTarget=[answer]) as server:
        found = port().watchers(site_pipeline())
    assert (found.rules, found.known) == ((), False)
    assert len(server.heard) <= 2, "nobody waits long for a warning"


def test_rules_are_read_to_the_last_page(monkeypatch: pytest.MonkeyPatch) -> None:
    pages: list[Answer | None] = [told(RuleNames=["one"], NextToken="n"), told(RuleNames=["two"])]
    with answering(monkeypatch, ListRuleNamesByTarget=pages) as server:
        assert port().watchers(site_pipeline()).rules == ("one", "two")
    assert {one["TargetArn"] for one in requests(server)} == {site_pipeline().arn}


def test_throttled_polls_are_waited_for_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    ear = Told()
    found = told(pipelineExecution={"pipelineExecutionId": FIRST, "status": "Succeeded"})
    slow = refused("ThrottlingException", "Rate exceeded")
    with answering(monkeypatch, GetPipelineExecution=[slow, slow, found]):
        assert port(ear).execution("site", FIRST) is not None
    assert len(ear.waits) == 2
    with answering(monkeypatch, GetPipelineExecution=slow), pytest.raises(Unavailable, match="Rate exceeded"):
        port().execution("site", FIRST)


class Renewals:
    """STS and CodePipeline: every session has its own key, and CodePipeline takes that of the newest session only."""

    def __init__(self) -> None:
        self.sessions = 0
        self.keys: list[str] = []
        self.over: set[str] = set()
        self.passed = 0

    def answer(self, heard: Heard) -> Answer:
        body = heard.read()
        if "x-amz-target" not in heard.headers:
            assert parse_qs(body.decode())["Action"] == ["AssumeRole"]
            self.sessions += 1
            return sts_session("AssumeRole", self.sessions, seconds=self.passed + 3600)
        key = heard.headers["authorization"].partition("Credential=")[2].partition("/")[0]
        self.keys.append(key)
        if key in self.over:
            return refused("ExpiredTokenException", "The security token included in the request is expired")
        return told(pipelineExecution={"pipelineExecutionId": FIRST, "status": "InProgress"})


@pytest.mark.parametrize("passed", [3590, 3610, 7300], ids=["just before", "just after", "long after"])
def test_a_client_that_was_made_before_its_session_ended_goes_on_with_the_next(
    monkeypatch: pytest.MonkeyPatch, passed: int
) -> None:
    renewals = Renewals()
    with loopback(renewals.answer) as server:
        lead(monkeypatch, server.url)
        account: Any = Told().gateway(Identity(role=RoleArn.parse(ROLE))).enter("{}")
        found = account.pipelines(REGION)
        assert found.execution("site", FIRST) is not None
        credentials = account._session._session.get_credentials()
        credentials._time_fetcher = lambda: datetime.now(UTC) + timedelta(seconds=passed)
        renewals.passed = passed
        if passed > 3600:
            renewals.over.add(renewals.keys[0])
        for _ in range(3):
            assert found.execution("site", FIRST) is not None
    assert renewals.keys == ["ASIA0000000000000001", *["ASIA0000000000000002"] * 3]


def test_credentials_that_nobody_renews_end_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    over = refused("ExpiredTokenException", "The security token included in the request is expired")
    with answering(monkeypatch, GetPipelineExecution=over) as server, pytest.raises(IdentityError) as caught:
        port().execution("site", FIRST)
    assert "expired" in caught.value.what
    assert "oidc-role" in caught.value.advice
    assert len(server.heard) == 1
