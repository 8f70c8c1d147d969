from __future__ import annotations

import pytest

from domain.setup.organisations import FILES, estate, file, pipeline
from waybill.domain.setup.stacks.every import in_order, projects_of, wanted_stacks
from waybill.domain.setup.stacks.single import USERS
from waybill.domain.setup.stacks.wanted import Listed, OutputOf, StackRef, WantedStack, listed, stack_name, text

A, B, C = (StackRef("development", "us-east-1", name) for name in "abc")


def stack(ref: StackRef, *after: StackRef, takes: OutputOf | None = None) -> WantedStack:
    return WantedStack(
        ref=ref, template="region", after=frozenset(after), parameters={"KeyArn": takes} if takes else {}
    )


def test_stacks_come_after_what_they_need_and_else_as_they_came() -> None:
    first = stack(A, B)
    second = stack(B, takes=OutputOf(C, "KeyArn"))
    assert [one.ref for one in in_order([first, second, stack(C)])] == [C, B, A]
    assert [one.ref for one in in_order([stack(C), stack(A), stack(B)])] == [C, A, B]


def test_two_stacks_of_one_name_and_stacks_that_need_each_other_are_refused() -> None:
    with pytest.raises(ValueError, match="two stacks would be development/us-east-1/a"):
        in_order([stack(A), stack(A)])
    with pytest.raises(ValueError, match=r"need each other.*us-east-1/a, .*us-east-1/b"):
        in_order([stack(A, B), stack(B, A)])


def test_the_same_name_in_other_accounts_and_regions_is_no_double() -> None:
    refs = {one.ref for one in wanted_stacks(estate(FILES["two accounts"])) if one.template == "region"}
    assert len(refs) == 6
    assert {ref.name for ref in refs} == {"waybill-region"}


def test_an_output_is_awaited_until_it_is_known() -> None:
    key, bucket = OutputOf(B, "KeyArn"), OutputOf(C, "BucketName")
    one = WantedStack(ref=A, template="region", parameters={"X": key, "Y": Listed(("a", bucket, key)), "Z": "z"})
    assert one.needs == {B, C}
    assert one.awaited(lambda _: None) == (key, bucket)
    told = {key: "arn", bucket: None}
    assert one.awaited(told.__getitem__) == (bucket,)
    assert one.texts(lambda _: "known") == {"X": "known", "Y": "a,known,known", "Z": "z"}


def test_lists_have_no_doubles_and_an_empty_one_is_empty_text() -> None:
    assert text(listed(["b", "a", "b"]), lambda _: "") == "b,a"
    assert text(listed([]), lambda _: "") == ""


def test_names_of_stacks_have_what_names_may_have_and_differ_where_they_are_cut() -> None:
    assert stack_name("waybill", "pipeline", "a.b@c_d") == "waybill-pipeline-a-b-c-d"
    assert stack_name("waybill", "region") == "waybill-region"
    names = {stack_name("waybill", "pipeline", "p" * 150 + end) for end in "ab"}
    assert len(names) == 2
    assert all(len(name) <= 128 for name in names)


def test_what_the_pipeline_of_one_project_makes_is_that_projects() -> None:
    found = estate(file(pipelines={"site": pipeline()}, projects={"SugarWater": {"pipelines": ["site"]}}))
    assert projects_of(found) == {("pipelines", "site"): "SugarWater"}
    owners = {one.template: one.project for one in wanted_stacks(found)}
    assert (owners["pipeline"], owners["production"], owners["region"]) == ("SugarWater", "SugarWater", None)


def test_no_region_waits_for_another_and_all_of_an_account_are_given_the_same() -> None:
    regions = [one for one in wanted_stacks(estate(FILES["two accounts"])) if one.template == "region"]
    assert [one.needs for one in regions] == [frozenset()] * 6
    for account in ("development", "production"):
        first, *others = (one.parameters for one in regions if one.ref.account == account)
        assert first["KeyPerRegion"] == "yes"
        assert others == [first, first]


def test_production_takes_the_keys_of_its_pipeline() -> None:
    stacks = wanted_stacks(estate(FILES["a pipeline in three regions"]))
    (role,) = (one for one in stacks if one.template == "production" and one.parameters["PipelineKeyArns"])
    assert {(ref.account, ref.region, ref.name) for ref in role.needs} == {
        ("development", "us-east-1", "waybill-pipeline-site"),
        ("development", "us-west-2", "waybill-artifacts-site"),
        ("development", "ap-southeast-1", "waybill-artifacts-site"),
    }


def given(name: str, account: str, stack_name_: str, region: str = "us-east-1") -> dict[str, str]:
    """Return what a stack of one of the files is given."""
    ref = StackRef(account, region, f"waybill-{stack_name_}")
    (found,) = (one for one in wanted_stacks(estate(FILES[name])) if one.ref == ref)
    return found.texts(str)


def test_an_account_is_read_by_those_that_take_from_it_and_reads_those_it_takes_from() -> None:
    name = "one account from which two take"
    development = given(name, "development", "region")
    assert development["ReaderAccounts"] == "222222222222,333333333333"
    assert (development["SourceAccount"], development["PipelineAccount"]) == ("", "")
    production = given(name, "production", "region")
    assert (production["SourceAccount"], production["ReaderAccounts"]) == ("111111111111", "")
    assert production["SourceBuckets"] == "waybill-staging-111111111111-*"
    assert production["PipelineAccount"] == "111111111111"
    assert production["OutputBucketArns"] == "arn:aws:s3:::site-output"
    assert production["PromoteRoleName"] == "waybill-promote"


def test_github_comes_into_the_first_account_and_its_roles_into_the_others() -> None:
    name = "a chain of three accounts"
    first = given(name, "development", "identity")
    assert "repo:acme/website:ref:refs/heads/main" in first["StageSubjects"].split(",")
    assert "repo:acme/website:environment:the production" in first["DeploySubjects"].split(",")
    others = {"staging": "333333333333", "production": "222222222222"}
    assert first["PromoteTargets"].split(",") == [f"arn:aws:iam::{id_}:role/waybill-promote" for id_ in others.values()]
    for other in others:
        found = given(name, other, "identity")
        assert found["PromoteAssumers"] == "arn:aws:iam::111111111111:role/waybill-promote"
        assert (found["TrustedAccounts"], found["ExternalId"]) == ("111111111111", "acme-releases")
        assert found["MakeProvider"] == "no"
        assert not {"PromoteSubjects", "PromoteTargets"} & {key for key, text in found.items() if text}


def test_what_is_staged_gets_into_an_account_that_takes_from_another_by_promotion_alone() -> None:
    name = "a chain of three accounts"
    assert given(name, "development", "identity")["StageTargets"] == ""
    for other in ("staging", "production"):
        assert not {key for key, text in given(name, other, "identity").items() if text and key.startswith("Stage")}


def test_githubs_provider_is_made_where_github_comes_in_and_has_none_yet() -> None:
    accounts = {
        "first": {"id": "111111111111"},
        "second": {"id": "222222222222", "github-provider": "existing"},
        "third": {"id": "333333333333", "from": "first"},
    }
    stacks = wanted_stacks(estate(file(accounts=accounts)))
    made = {one.ref.account: one.parameters["MakeProvider"] for one in stacks if one.template == "identity"}
    assert made == {"first": "yes", "second": "no", "third": "no"}


def test_the_order_of_a_clients_users_changes_nothing() -> None:
    def users(*names: str) -> list[str]:
        clients = {"brewery": {"account": "production", "users": list(names)}}
        (stack,) = (one for one in wanted_stacks(estate(file(clients=clients))) if one.template == "application")
        return [str(stack.parameters.get(name, "")) for name in USERS]

    assert users("one", "two", "three") == users("three", "two", "one") == ["one", "three", "two"]


def test_a_repository_with_ids_is_known_by_both_forms_of_its_subject() -> None:
    subjects = given("repositories with and without ids", "development", "identity")["StageSubjects"].split(",")
    assert {"repo:Acme_2/.github:ref:refs/tags/*", "repo:Acme_2@12/.github@34:ref:refs/tags/*"} <= set(subjects)


def test_each_role_has_the_policy_of_what_it_does() -> None:
    policy = "arn:aws:iam::{}:policy/waybill-"
    name = "one account from which two take"
    development, production = given(name, "development", "identity"), given(name, "production", "identity")
    begin = policy.format("111111111111")
    assert development["StagePolicyArns"] == f"{begin}AllowWrite"
    assert development["PromotePolicyArns"] == f"{begin}AllowRead"
    assert development["DeployPolicyArns"].split(",") == [
        f"{begin}AllowDeploy",
        f"{begin}AllowPipeline-site",
        f"{begin}AllowPipeline-brewery",
    ]
    assert production["PromotePolicyArns"] == f"{policy.format('222222222222')}AllowPromote"


def test_the_alias_of_the_keys_begins_as_the_buckets_do() -> None:
    assert given("two accounts", "development", "region")["KeyAlias"] == "alias/waybill-staging"
    found = wanted_stacks(estate(file(prefixes={"bucket": "acme-artifacts"})))
    assert {one.parameters["KeyAlias"] for one in found if one.template == "region"} == {"alias/acme-artifacts"}
