"""Grants on staged artifacts and through roles, judged by AWS's rules."""

from __future__ import annotations

import json
from typing import Any

import pytest

from domain.access.making import (
    BOB,
    BUCKET,
    DEVELOPMENT,
    HOME,
    KEY,
    KEY_ARN,
    PRODUCTION,
    READER,
    REGION,
    ROLE,
    THERE,
    TRUST,
    bob,
    grant,
    staged,
    workflows,
)
from waybill.domain.access.grants import Access, AccountWho, Grant, May, OrganisationWho, Pipeline
from waybill.domain.access.merging import merged
from waybill.domain.access.refs import Ref
from waybill.domain.access.staged import Shelf
from waybill.domain.access.statements import needed_accounts, wanted_statements
from waybill.domain.arns import KeyArn
from waybill.domain.iam.context import Context
from waybill.domain.iam.policies import Decision, decide
from waybill.domain.iam.requests import Request
from waybill.domain.setup.estate import Estate, Prefixes

OBJECT = f"{BUCKET.arn}/Sugar@1.2.3"
ALLOWED, NEITHER = Decision.ALLOWED, Decision.NEITHER
SUB = "token.actions.githubusercontent.com:sub"


def documents(*grants: Grant, key: str | None = KEY_ARN, prefix: str = "") -> dict[Ref, str]:
    estate = Estate(accounts=(HOME, THERE), regions=(REGION,), prefixes=Prefixes(key=prefix))
    shelves = {("development", REGION): Shelf(bucket="staging", key=KeyArn.parse(key) if key else None)}
    found = wanted_statements(Access(estate=estate, grants=grants), shelves)
    return {ref: merged(None, wanted) or "" for ref, wanted in found.items()}


def said(text: str, action: str, resource: str = "", arn: str = BOB, **context: Any) -> Decision:
    values = {name.replace("__", ":").replace("_", "-"): value for name, value in context.items()}
    return decide(text, action, Request(arn, arn.split(":")[4], Context(values), resource)).decision


class TestStaged:
    @pytest.mark.parametrize(
        ("word", "allowed", "not_allowed"),
        [
            (May.DOWNLOAD, ["GetObject"], ["PutObject", "GetObjectVersion"]),
            (May.READ, ["GetObject"], ["PutObject", "GetObjectVersion"]),
            (May.PROMOTE, ["GetObject", "GetObjectVersion"], ["PutObject"]),
            (May.STAGE, ["GetObject", "PutObject", "AbortMultipartUpload"], ["DeleteObject"]),
        ],
    )
    def test_each_word_is_what_waybills_own_calls_need(
        self, word: May, allowed: list[str], not_allowed: list[str]
    ) -> None:
        text = documents(grant(bob(), word, staged(project="Sugar")))[BUCKET]
        assert all(said(text, f"s3:{action}", OBJECT) is ALLOWED for action in allowed)
        assert all(said(text, f"s3:{action}", OBJECT) is NEITHER for action in not_allowed)

    def test_another_project_is_not_theirs_though_its_name_begins_alike(self) -> None:
        text = documents(grant(bob(), May.READ, staged(project="Sugar")))[BUCKET]
        assert said(text, "s3:GetObject", f"{BUCKET.arn}/SugarWater@1.2.3") is NEITHER
        assert said(text, "s3:GetObject", f"{BUCKET.arn}/Sugar@1.2.3/waybill.json") is ALLOWED

    def test_the_prefix_of_keys_comes_before(self) -> None:
        text = documents(grant(bob(), May.READ, staged(project="Sugar")), prefix="x/")[BUCKET]
        assert said(text, "s3:GetObject", f"{BUCKET.arn}/x/Sugar@1.2.3") is ALLOWED
        assert said(text, "s3:GetObject", OBJECT) is NEITHER

    def test_listing_is_of_what_is_theirs(self) -> None:
        text = documents(grant(bob(), May.READ, staged(project="Sugar")))[BUCKET]
        assert said(text, "s3:ListBucket", BUCKET.arn, s3__prefix="Sugar@") is ALLOWED
        assert said(text, "s3:ListBucket", BUCKET.arn, s3__prefix="Other@") is NEITHER
        everything = documents(grant(bob(), May.READ, staged(prefix="")))[BUCKET]
        assert said(everything, "s3:ListBucket", BUCKET.arn, s3__prefix=None) is ALLOWED

    def test_to_download_is_not_to_list(self) -> None:
        assert "ListBucket" not in documents(grant(bob(), May.DOWNLOAD, staged(project="Sugar")))[BUCKET]

    def test_the_key_is_used_by_s3_of_that_region_only(self) -> None:
        text = documents(grant(bob(), May.STAGE, staged(project="Sugar")))[KEY]
        via = {"kms__viaservice": f"s3.{REGION}.amazonaws.com"}
        assert said(text, "kms:GenerateDataKey", KEY_ARN, **via) is ALLOWED
        assert said(text, "kms:Decrypt", KEY_ARN, **via) is ALLOWED
        assert said(text, "kms:Decrypt", KEY_ARN, kms__viaservice="ssm.us-east-1.amazonaws.com") is NEITHER
        assert said(text, "kms:PutKeyPolicy", KEY_ARN, **via) is NEITHER

    def test_who_only_reads_only_decrypts(self) -> None:
        assert "GenerateDataKey" not in documents(grant(bob(), May.PROMOTE, staged(project="Sugar")))[KEY]

    def test_a_bucket_without_a_key_of_the_customers_needs_none(self) -> None:
        assert set(documents(grant(bob(), May.READ, staged(project="Sugar")), key=None)) == {BUCKET}

    def test_a_key_of_an_account_that_nobody_named_is_left(self) -> None:
        other = KEY_ARN.replace(DEVELOPMENT, "333333333333")
        assert set(documents(grant(bob(), May.READ, staged(project="Sugar")), key=other)) == {BUCKET}

    def test_several_words_are_one_statement_of_the_key_and_of_listing(self) -> None:
        made = documents(grant(bob(), (May.READ, May.STAGE), staged(project="Sugar")))
        sids = [one["Sid"] for ref in (BUCKET, KEY) for one in json.loads(made[ref])["Statement"]]
        assert sids == ["WaybillSomeRead", "WaybillSomeStage", "WaybillSomeList", "WaybillSomeBucket", "WaybillSomeKey"]


class TestTrust:
    def test_a_workflow_comes_in_by_its_subject_in_both_forms(self) -> None:
        who = workflows("environment:production", "tag:v*", owner_id=12, id=34)
        text = documents(grant(who, May.DEPLOY, pipeline(), through=ROLE))[TRUST]
        (statement,) = json.loads(text)["Statement"]
        provider = f"arn:aws:iam::{DEVELOPMENT}:oidc-provider/token.actions.githubusercontent.com"
        assert statement["Principal"] == {"Federated": provider}
        assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
        assert set(statement["Condition"]["StringLike"][SUB]) == {
            "repo:acme/website:environment:production",
            "repo:acme@12/website@34:environment:production",
            "repo:acme/website:ref:refs/tags/v*",
            "repo:acme@12/website@34:ref:refs/tags/v*",
        }
        assert "Resource" not in statement

    def test_an_account_gives_its_external_id_to_come_in_and_tags_its_session(self) -> None:
        who = AccountWho(id=PRODUCTION, external_id="acme")
        text = documents(grant(who, May.DEPLOY, pipeline(), through=ROLE))[TRUST]
        assert said(text, "sts:AssumeRole", sts__externalid="acme") is ALLOWED
        assert said(text, "sts:AssumeRole", sts__externalid=None) is NEITHER
        assert said(text, "sts:TagSession", sts__externalid=None) is ALLOWED

    def test_one_user_comes_in_and_nobody_else_of_the_account(self) -> None:
        text = documents(grant(bob(), May.DEPLOY, pipeline(), through=ROLE))[TRUST]
        assert said(text, "sts:AssumeRole") is ALLOWED
        assert said(text, "sts:AssumeRole", arn=BOB.replace("bob", "eve")) is NEITHER

    def test_an_organisation_comes_in_by_its_id(self) -> None:
        who = OrganisationWho(id="o-a1b2c3d4e5")
        text = documents(grant(who, May.DEPLOY, pipeline(), through=ROLE))[TRUST]
        assert said(text, "sts:AssumeRole", aws__principalorgid="o-a1b2c3d4e5") is ALLOWED
        assert said(text, "sts:AssumeRole", aws__principalorgid="o-zzzzzzzzzz") is NEITHER

    def test_of_a_pipeline_there_is_the_roles_policy_alone(self) -> None:
        assert set(documents(grant(READER, May.DEPLOY, pipeline(), through=ROLE))) == {TRUST}

    def test_whoever_takes_a_role_for_artifacts_is_that_role_there(self) -> None:
        made = documents(grant(workflows("branch:main"), May.READ, staged(project="Sugar"), through=ROLE))
        assert set(made) == {BUCKET, KEY, TRUST}
        assert said(made[BUCKET], "s3:GetObject", OBJECT, arn=ROLE.text) is ALLOWED

    def test_the_accounts_that_are_needed_are_those_of_the_documents(self) -> None:
        estate = Estate(accounts=(HOME, THERE), regions=(REGION,))
        one = grant(READER, May.DEPLOY, pipeline(), through=ROLE)
        assert needed_accounts(Access(estate=estate, grants=(one,))) == {"development"}
        assert needed_accounts(Access(estate=estate)) == frozenset()


def pipeline() -> Pipeline:
    return Pipeline(account=HOME, region=REGION, name="crossaccountdeploy")
