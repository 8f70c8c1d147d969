"""`access explain` reads policies as they are, on both sides, and says what it may not read; nothing is written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from commands.access.stand import BUCKET, DOMAIN, REPOSITORY, ROLE, Stand, policy
from fakes.aws import DEVELOPMENT, PRODUCTION, bucket_name
from fakes.identity_policies import HolderState
from inputs.given import around
from waybill.commands.access.explain import explain
from waybill.commands.access.live import LiveDocuments
from waybill.domain.access.calls import OWN_CALLS, ROLE_CALLS, USER_CALLS
from waybill.domain.access.holders import Holder, HolderKind
from waybill.domain.access.narrowing import explain_policy
from waybill.domain.iam.requests import Who
from waybill.domain.identity import Identity
from waybill.domain.result import Result
from waybill.domain.statements import MAX_SESSION_POLICY
from waybill.errors import IdentityError, Unavailable, WaybillError
from waybill.inputs.access_explain import read
from waybill.ports.account import Gateway
from waybill.report.explain_text import as_markdown, as_text
from waybill.report.ink import Ink

BOB = f"arn:aws:iam::{PRODUCTION}:user/bob"
RUNS = f"arn:aws:iam::{PRODUCTION}:role/team/runs"
SESSION = f"arn:aws:sts::{PRODUCTION}:assumed-role/runs/1"
ALICE = f"arn:aws:iam::{DEVELOPMENT}:user/alice"
UI = f"arn:aws:codeartifact:us-east-1:{DEVELOPMENT}:package/my_domain/my_repo/npm/parity/ui"
PUBLISH = {"action": "codeartifact:PublishPackageVersion", "resource": UI}
OBJECT = f"arn:aws:s3:::{bucket_name(DEVELOPMENT, 'us-east-1')}/x"
ANYTHING: Mapping[str, Any] = {"Effect": "Allow", "Action": "*", "Resource": "*"}
LIMIT = f"arn:aws:iam::{PRODUCTION}:policy/limit"
SHARED = f"arn:aws:iam::{PRODUCTION}:policy/shared"


def to(principal: str, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "*", "Resource": "*", **more}


class Asking(Stand):
    """The stand's accounts, with bob and a role in production, and alice in development, who is at hand."""

    at_hand: str | WaybillError = DEVELOPMENT
    refuse_role: WaybillError | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.person(BOB, policies={"publish": policy(ANYTHING)})
        self.person(ALICE, policies={"all": policy(ANYTHING)})
        self.person(RUNS, policies={"all": policy(ANYTHING)})

    def person(self, arn: str, **more: Any) -> HolderState:
        """Make a user, a role or a group."""
        kind, _, path = arn.split(":", 5)[5].partition("/")
        state = HolderState(arn=arn, **more)
        self.world.holders[arn.split(":")[4]][Holder(HolderKind(kind), path.rpartition("/")[2])] = state
        return state

    def ask(self, principal: str = BOB, *, config: bool = True, **values: str) -> Result:
        """Ask, where the file names production's role, or where there is no file."""
        if not config:
            (self.folder / "access.yaml").unlink(missing_ok=True)
        given = {"principal": principal, **PUBLISH, **{name.replace("_", "-"): text for name, text in values.items()}}
        request = read(
            given,
            around(),
            folder=self.folder,
            file=lambda path, regions: self._read(path, regions).estate.accounts,
        )
        return explain(request.question, LiveDocuments(request, self._tools()), self.clock)

    def said(self, principal: str = BOB, **values: Any) -> dict[str, Any]:
        """Return the members of the result document."""
        body = self.ask(principal, **values).body
        assert body is not None
        return dict(body.to_json())

    def calls(self, *names: str) -> list[str]:
        """Return the calls of these names so far."""
        return [call.call for call in self.world.calls.log() if call.call in names]

    def _enter(self, identity: Identity) -> Gateway:
        if identity.role is None and isinstance(self.at_hand, WaybillError):
            raise self.at_hand
        if identity.role is not None and self.refuse_role is not None:
            raise self.refuse_role
        number = identity.role.account if identity.role else str(self.at_hand)
        return self.gateways.setdefault(number, self.world.gateway(number, arn=None if identity.role else ALICE))


@pytest.fixture
def stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Asking:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "access.yaml").touch()
    made = Asking(folder=tmp_path)
    made.put(REPOSITORY, to(BOB), to(RUNS))
    return made


def open_key(stand: Asking) -> None:
    """Let everybody use the key of the bucket."""
    stand.put(stand.key(), to("*"))


def kinds(said: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(one["policy"], one["name"]) for one in said["policies"]]


def test_both_sides_are_read_each_in_its_account_and_nothing_is_written(stand: Asking) -> None:
    said = stand.said()
    assert said["allowed"] is True
    assert [(one["policy"], one["account"]) for one in said["deciding"]] == [
        ("identity policy", PRODUCTION),
        ("repository policy", DEVELOPMENT),
    ]
    assert (said["unread"], stand.written()) == ([], [])
    asked = {(call.call, call.account) for call in stand.world.calls.log()}
    assert ("read-policy", PRODUCTION) not in asked
    assert ("inline", DEVELOPMENT) not in asked


def test_everything_that_a_user_has_is_asked(stand: Asking) -> None:
    stand.world.managed_policies |= {SHARED: policy(ANYTHING), LIMIT: policy({**ANYTHING, "Action": "s3:*"})}
    stand.person(BOB, attached=[SHARED], groups=["makers"], boundary=LIMIT)
    stand.person(f"arn:aws:iam::{PRODUCTION}:group/makers", policies={"make": policy(ANYTHING)}, attached=[SHARED])
    said = stand.said()
    assert said["allowed"] is False
    assert [one["policy"] for one in said["missing"]] == ["permissions boundary"]
    assert kinds(said)[:4] == [
        ("identity policy", "make of group makers"),
        ("identity policy", f"{SHARED} of user bob"),
        ("identity policy", f"{SHARED} of group makers"),
        ("permissions boundary", LIMIT),
    ]


def test_a_denial_that_was_read_decides_though_the_callers_account_cannot_be_entered(stand: Asking) -> None:
    stand.put(DOMAIN, {**to("*"), "Effect": "Deny", "Sid": "Freeze"})
    said = stand.said(config=False)
    assert said["allowed"] is False
    assert "statement 1 (Freeze) of the domain policy my_domain" in said["because"]
    assert {one["policy"] for one in said["unread"]} == {"identity policy", "permissions boundary"}


def test_so_does_a_side_that_surely_does_not_allow(stand: Asking) -> None:
    stand.put(REPOSITORY, to(ALICE))
    said = stand.said(config=False)
    assert said["allowed"] is False
    assert [one["policy"] for one in said["missing"]] == ["repository policy"]


def test_what_no_way_leads_to_leaves_the_answer_open_and_is_told_with_what_gives_it(stand: Asking) -> None:
    said = stand.said(config=False)
    assert said["allowed"] is None
    assert (
        f"No way into account {PRODUCTION} is known: the credentials at hand are those of {ALICE}." in said["because"]
    )
    assert f"the identity policies and the permissions boundary of {BOB}, which could not be read" in said["because"]
    assert [one["give"] for one in said["unread"]] == ["identity-policy", "boundary"]
    body = stand.ask(config=False).body
    for shown in (as_text(body, Ink()), "\n".join(as_markdown(body))):  # type: ignore[arg-type]
        assert "`boundary`" in shown
        assert "`config`" in shown
        assert "Not read: the identity policies and the permissions boundary of" in shown


def test_a_file_in_the_place_of_what_may_not_be_read_answers(stand: Asking) -> None:
    (stand.folder / "bob.json").write_text(policy(ANYTHING), encoding="utf-8")
    half = stand.said(config=False, identity_policy="bob.json")
    assert (half["allowed"], [one["policy"] for one in half["unread"]]) == (None, ["permissions boundary"])
    said = stand.said(config=False, identity_policy="bob.json", boundary="bob.json")
    assert said["allowed"] is True
    assert ("repository policy", "my_domain/my_repo") in kinds(said)


def test_a_file_stands_for_all_policies_of_its_kind(stand: Asking) -> None:
    (stand.folder / "none.json").write_text(policy({**ANYTHING, "Action": "s3:*"}), encoding="utf-8")
    said = stand.said(identity_policy="none.json")
    assert (said["allowed"], kinds(said)[0]) == (False, ("identity policy", "none.json"))
    assert not stand.calls("inline", "attached", "groups")
    (stand.folder / "open.json").write_text(policy(to("*")), encoding="utf-8")
    stand.put(REPOSITORY, {**to("*"), "Effect": "Deny"})
    said = stand.said(resource_policy="open.json")
    assert said["allowed"] is True
    assert kinds(said)[1:] == [("repository policy", "open.json")]
    assert "The domain my_domain has no policy." in said["notes"]


@pytest.mark.parametrize(
    ("call", "policy_of", "action"),
    [
        ("inline", "identity policy", "inline"),
        ("inline-policy", "identity policy", "inline-policy"),
        ("groups", "identity policy", "groups"),
        ("held", "permissions boundary", "held"),
        ("read-policy", "repository policy", "read-policy"),
    ],
)
def test_a_refused_call_leaves_the_answer_open_and_is_named(
    stand: Asking, call: str, policy_of: str, action: str
) -> None:
    stand.world.deny(call)
    said = stand.said()
    assert said["allowed"] is None
    assert (policy_of, action) in {(one["policy"], one["call"]) for one in said["unread"]}


def test_several_refused_calls_are_one_sentence_and_one_statement(stand: Asking) -> None:
    for call in ("held", "inline", "attached"):
        stand.world.deny(call)
    result = stand.ask()
    shown = as_text(result.body, Ink())  # type: ignore[arg-type]
    assert shown.count("Not read:") == 1
    assert f"the permissions boundary and the identity policies of {BOB} (account {PRODUCTION})" in shown
    assert json.loads(shown[shown.index("{") : shown.index("}") + 1])["Action"] == ["attached", "held", "inline"]


def test_a_bucket_whose_policy_is_refused_is_still_its_accounts(stand: Asking) -> None:
    open_key(stand)
    stand.world.deny("read-policy", key="bucket policy")
    said = stand.said(action="s3:GetObject", resource=OBJECT)
    assert (said["allowed"], said["account"]) == (None, DEVELOPMENT)
    stand.world.deny("own-bucket")
    said = stand.said(action="s3:GetObject", resource=OBJECT)
    assert (said["allowed"], said["account"]) == (None, "")
    assert "s3:ListAllMyBuckets" in said["because"]


def test_where_buckets_may_not_be_listed_the_bucket_itself_says_whose_it_is(stand: Asking) -> None:
    open_key(stand)
    stand.put(BUCKET, to(BOB))
    stand.world.deny("own-bucket")
    said = stand.said(action="s3:GetObject", resource=OBJECT)
    assert (said["allowed"], said["account"]) == (True, DEVELOPMENT)


def test_what_was_read_beside_a_refused_call_still_denies(stand: Asking) -> None:
    stand.person(BOB, policies={"stop": policy({**ANYTHING, "Effect": "Deny"})}, attached=[SHARED])
    stand.world.deny("managed-policy")
    assert stand.said()["allowed"] is False


def test_nobody_of_that_name_may_do_anything_and_is_not_there(stand: Asking) -> None:
    said = stand.said(f"arn:aws:iam::{PRODUCTION}:user/bobby")
    assert said["allowed"] is False
    assert said["because"] == f"There is no user arn:aws:iam::{PRODUCTION}:user/bobby in account {PRODUCTION}."
    elsewhere = stand.said(RUNS.replace("/team/", "/"))["because"]
    assert f"(role runs is {RUNS})" in elsewhere


def test_a_session_is_known_by_its_role_with_the_path_that_iam_says(stand: Asking) -> None:
    said = stand.said(SESSION)
    assert said["allowed"] is True
    assert any("session policy" in one for one in said["assumed"])


def test_tags_that_iam_knows_are_conditions_that_are_met_or_not(stand: Asking) -> None:
    stand.person(BOB, policies={"all": policy(ANYTHING)}, tags={"team": "ui"})
    for team, allowed in (("ui", True), ("api", False)):
        stand.put(REPOSITORY, to(BOB, Condition={"StringEquals": {"aws:PrincipalTag/team": team}}))
        assert stand.said()["allowed"] is allowed


def test_the_organisation_is_asked_for_where_a_condition_wants_it(stand: Asking) -> None:
    stand.world.organisations[PRODUCTION] = "o-mine"
    stand.said()
    assert not stand.calls("organisation")
    for wanted, allowed in (("o-mine", True), ("o-other", False)):
        stand.put(REPOSITORY, to("*", Condition={"StringEquals": {"aws:PrincipalOrgID": wanted}}))
        assert stand.said()["allowed"] is allowed
    del stand.world.organisations[PRODUCTION]
    assert stand.said()["allowed"] is False
    before = len(stand.calls("organisation"))
    assert stand.said(context="aws:PrincipalOrgID=o-other")["allowed"] is True
    assert len(stand.calls("organisation")) == before
    stand.world.deny("organisation")
    assert stand.said()["allowed"] is None


def test_an_organisation_that_does_not_answer_leaves_the_answer_open(stand: Asking) -> None:
    stand.put(REPOSITORY, to("*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-mine"}}))
    stand.world.fail(call="organisation", error=Unavailable("no answer"))
    assert stand.said()["allowed"] is None


def test_a_role_s_tags_are_taken_for_the_session_s_and_that_is_said(stand: Asking) -> None:
    said = "no tag of the session itself takes the place of its role's (aws:principaltag/team)"
    tagged = {"Condition": {"StringEquals": {"aws:PrincipalTag/team": "ui"}}}
    stand.world.holders[PRODUCTION][Holder(HolderKind.ROLE, "runs")].tags = {"team": "ui"}
    stand.put(REPOSITORY, to(RUNS, **tagged))
    assert any(said in one for one in stand.said(SESSION)["assumed"])
    assert not any("takes the place" in one for one in stand.said(BOB)["assumed"])


def test_a_repository_that_is_not_there_is_said_so(stand: Asking) -> None:
    said = stand.said(resource=UI.replace("my_repo", "my_repos"))
    assert said["allowed"] is False
    assert said["because"] == f"There is no repository my_domain/my_repos in us-east-1 in account {DEVELOPMENT}."
    assert (said["missing"], said["notes"]) == ([], ["The domain my_domain has no policy."])


def test_whose_a_bucket_is_is_found(stand: Asking) -> None:
    open_key(stand)
    stand.put(BUCKET, to(BOB))
    said = stand.said(action="s3:GetObject", resource=OBJECT)
    assert (said["allowed"], said["account"]) == (True, DEVELOPMENT)


def test_a_bucket_that_nobody_can_find_leaves_it_open(stand: Asking) -> None:
    said = stand.said(action="s3:GetObject", resource="arn:aws:s3:::somebody-elses/x")
    assert said["allowed"] is None
    assert f"It is not in {PRODUCTION} or {DEVELOPMENT}." in said["because"]
    assert "resource-account" in said["unread"][0]["mend"]
    here = stand.said(action="s3:GetObject", resource="arn:aws:s3:::somebody-elses/x", resource_account=DEVELOPMENT)
    assert here["because"] == f"There is no bucket somebody-elses in account {DEVELOPMENT}."


def test_an_alias_is_asked_as_its_key(stand: Asking) -> None:
    key = stand.key()
    stand.put(key, to(BOB))
    alias = f"arn:aws:kms:us-east-1:{DEVELOPMENT}:alias/waybill-staging"
    said = stand.said(action="kms:Decrypt", resource=alias)
    assert (said["allowed"], said["resource"]) == (True, key.name)

    gone = stand.said(action="kms:Decrypt", resource=f"{alias}s")
    assert (gone["allowed"], gone["because"]) == (False, f"There is no key {alias}s.")


def test_what_has_no_policies_lets_nobody_in_whoever_may_be_read(stand: Asking) -> None:
    parameter = f"arn:aws:ssm:us-east-1:{DEVELOPMENT}:parameter/x"
    said = stand.said(action="ssm:PutParameter", resource=parameter, config=False)
    assert said["allowed"] is False
    assert f"assume a role of {DEVELOPMENT}" in said["missing"][0]["advice"]
    with pytest.raises(IdentityError, match="No way into account"):
        stand.ask(action="ssm:PutParameter", resource=parameter.replace(DEVELOPMENT, PRODUCTION), config=False)


def test_a_bucket_that_is_made_is_nobodys_yet(stand: Asking) -> None:
    said = stand.said(action="s3:CreateBucket", resource="arn:aws:s3:::a-new-one")
    assert (said["allowed"], said["account"]) == (True, PRODUCTION)
    assert not stand.calls("own-bucket", "read-policy")


def test_a_roles_trust_is_read_where_the_role_is(stand: Asking) -> None:
    role = f"arn:aws:iam::{DEVELOPMENT}:role/{ROLE.name}"
    assert stand.said(ALICE, action="sts:AssumeRole", resource=role)["allowed"] is True
    assert stand.said(action="sts:AssumeRole", resource=role)["allowed"] is False
    gone = stand.said(action="sts:AssumeRole", resource=f"{role}s")
    assert (gone["allowed"], gone["because"]) == (False, f"There is no role {ROLE.name}s in account {DEVELOPMENT}.")
    assert gone["missing"] == []


def test_a_service_that_waybill_reads_no_policies_of_needs_a_file(stand: Asking) -> None:
    said = stand.said(action="sqs:SendMessage", resource=f"arn:aws:sqs:us-east-1:{DEVELOPMENT}:queue")
    assert said["allowed"] is None
    assert [(one["policy"], one["give"]) for one in said["unread"]] == [("resource policy", "resource-policy")]


@pytest.mark.parametrize(
    ("principal", "allowed"),
    [
        (f"arn:aws:iam::{DEVELOPMENT}:root", True),
        ("codepipeline.amazonaws.com", False),
        (f"arn:aws:sts::{DEVELOPMENT}:federated-user/eve", None),
    ],
)
def test_who_has_no_policies_in_iam_is_not_looked_for(stand: Asking, principal: str, allowed: bool | None) -> None:
    assert stand.said(principal, action="s3:GetObject", resource=OBJECT)["allowed"] is allowed
    assert not stand.calls("held", "inline", "attached")


def test_who_is_in_the_account_already_needs_no_role(stand: Asking) -> None:
    stand.at_hand = PRODUCTION
    stand.refuse_role = IdentityError("it does not trust you")
    assert ("identity policy", "publish of user bob") in kinds(stand.said())


def test_without_credentials_and_files_there_is_no_answer(stand: Asking) -> None:
    stand.at_hand = IdentityError("There are no AWS credentials.", "Log in.")
    with pytest.raises(IdentityError, match=r"\AThere are no AWS credentials.\nLog in.\Z"):
        stand.ask(config=False)
    (stand.folder / "bob.json").write_text(policy(ANYTHING), encoding="utf-8")
    said = stand.said(config=False, identity_policy="bob.json", boundary="bob.json")
    assert said["allowed"] is None
    assert "There are no AWS credentials." in said["because"]


def test_what_does_not_answer_is_no_refusal(stand: Asking) -> None:
    stand.world.fail(call="read-policy", error=Unavailable("no answer"), times=None)
    with pytest.raises(Unavailable):
        stand.ask()


def test_p8_the_role_is_taken_for_these_reads_alone(stand: Asking) -> None:
    stand.said()
    (statement,) = json.loads(stand.gateways[PRODUCTION].policies[0])["Statement"]
    assert set(statement["Action"]) == {call.action for call in USER_CALLS}
    stand.said(SESSION)
    (statement,) = json.loads(stand.gateways[PRODUCTION].policies[1])["Statement"]
    assert set(statement["Action"]) == {call.action for call in ROLE_CALLS}


def test_p8_every_policy_for_reading_fits_into_a_session() -> None:
    for who in (Who.USER, Who.ROLE):
        assert len(explain_policy(who, OWN_CALLS)) <= MAX_SESSION_POLICY
