"""access plan: whom and what grants name that is not there, and what another file has written."""

from __future__ import annotations

import pytest

from commands.access.stand import Stand, plans, ref
from fakes.aws import DEVELOPMENT, PRODUCTION
from fakes.identity_policies import HolderState
from waybill.domain.access.holders import Holder, HolderKind
from waybill.domain.access.plan import AccessPlan
from waybill.domain.iam.documents import Kind
from waybill.errors import InputError

BOB = f"arn:aws:iam::{PRODUCTION}:user/bob"
PACKAGES = {"account": "development", "domain": "my_domain", "repository": "my_repo"}
PUBLISH = ref(Kind.TRUST, "waybill-publish").arn


def said(stand: Stand) -> tuple[str, str]:
    """Return the warnings and the notes of a plan."""
    body = stand.plan().body
    assert isinstance(body, AccessPlan)
    return " ".join(body.warnings), " ".join(body.notes)


def have(stand: Stand, arn: str) -> None:
    _, _, _, _, number, what = arn.split(":")
    kind, _, name = what.partition("/")
    stand.world.holders[number][Holder(HolderKind(kind), name.rpartition("/")[2])] = HolderState(arn=arn)


def test_a_user_of_another_account_who_is_not_there_is_warned_of(stand: Stand) -> None:
    assert f"Grant bob-publishes-ui: the user {BOB} does not exist".lower() in said(stand)[0].lower()
    have(stand, BOB)
    assert said(stand) == ("", "")


def test_a_user_at_another_path_is_another_one(stand: Stand) -> None:
    have(stand, BOB.replace("user/", "user/team/"))
    assert "There is arn:aws:iam::222222222222:user/team/bob." in said(stand)[0]


def test_where_nobody_may_look_it_is_a_note(stand: Stand) -> None:
    stand.world.deny("held")
    warnings, notes = said(stand)
    assert warnings == ""
    assert f"Whether the user {BOB} is there (grant bob-publishes-ui) is not known" in notes


def test_a_policy_that_aws_would_not_take_is_refused(stand: Stand) -> None:
    arn = f"arn:aws:iam::{DEVELOPMENT}:role/nosuchrole"
    stand.grants(ghost={"who": {"role": arn}, "may": "stage", "what": {"account": "development", "project": "Sugar"}})
    with pytest.raises(InputError, match=f"grants.ghost.who: '{arn}': does not exist"):
        stand.plan()
    have(stand, arn)
    assert said(stand) == ("", "")


def test_a_pipeline_and_a_provider_that_are_not_there_are_warned_of(stand: Stand) -> None:
    stand.grants(
        pipes={
            "who": {"repository": "acme/website", "branch": "main"},
            "may": "deploy",
            "what": {"account": "development", "pipeline": "nosuch"},
            "through": PUBLISH,
        }
    )
    warnings, _ = said(stand)
    assert "the pipeline nosuch of development/us-east-1 does not exist" in warnings
    assert "identity provider token.actions.githubusercontent.com of development does not exist" in warnings


def test_an_account_that_is_not_in_the_file_is_a_note(stand: Stand) -> None:
    stand.grants(far={"who": {"account": "333333333333"}, "may": "read", "what": PACKAGES})
    assert "grant far: 333333333333 is not an account of this file" in said(stand)[1]


def test_a_role_that_is_not_there_is_told_by_the_grant_that_goes_through_it(stand: Stand) -> None:
    gone = PUBLISH.replace("waybill-publish", "gone")
    stand.grants(far={"who": {"account": "production"}, "may": "read", "what": PACKAGES, "through": gone})
    with pytest.raises(InputError, match=r"grants\.far\.through: 'gone'"):
        stand.plan()


def test_in_an_account_that_cannot_be_entered_it_is_a_note(stand: Stand) -> None:
    stand.gateways[PRODUCTION] = stand.world.gateway(DEVELOPMENT)
    assert f"Whether the user {BOB} is there" in said(stand)[1]


def test_what_another_file_granted_is_not_taken_back_unwarned(applied: Stand) -> None:
    have(applied, BOB)
    applied.file["grants"].pop("production-reads")
    assert "a grant ProductionReads goes from my_domain, my_domain/my_repo" in said(applied)[0]


def test_a_pipelines_role_and_whoever_takes_it_are_told_what_they_need(stand: Stand) -> None:
    what = {"account": "development", "pipeline": "some"}
    stand.grants(pipes={"who": {"account": "production"}, "may": ["read", "deploy"], "what": what, "through": PUBLISH})
    body = stand.plan().body
    assert isinstance(body, AccessPlan)
    role, taker = body.needs
    assert role.who == PUBLISH
    arn = f"arn:aws:codepipeline:us-east-1:{DEVELOPMENT}:some"
    assert [each["Resource"] for each in role.statements] == [arn, f"{arn}/*"]
    assert "codepipeline:StartPipelineExecution" in role.statements[0]["Action"]
    assert taker.statements[0]["Resource"] == PUBLISH
    assert "sts:AssumeRole" in taker.statements[0]["Action"]


def test_what_is_allowed_without_a_condition_is_not_gained(stand: Stand) -> None:
    arn = f"arn:aws:iam::{DEVELOPMENT}:role/waybill-publish"
    have(stand, arn)
    theirs = {"Sid": "Theirs", "Effect": "Allow", "Principal": {"AWS": arn}, "Action": "kms:Decrypt", "Resource": "*"}
    own = {"Effect": "Allow", "Principal": {"AWS": DEVELOPMENT}, "Action": "kms:*", "Resource": "*"}
    stand.put(stand.key(), own, theirs)
    what = {"account": "development", "region": "us-east-1", "project": "Sugar"}
    stand.grants(reads={"who": {"role": arn}, "may": "read", "what": what})
    key = plans(stand.plan())[stand.key()]
    assert key.words == ()
    assert "Nobody gains or loses anything" in " ".join(key.notes)
