from __future__ import annotations

from waybill.domain.setup.packages import package_stacks
from waybill.domain.setup.prepared import Member, PackageDomain, PackageGrant, PackageRepository, Prepared
from waybill.domain.setup.stacks import in_order
from waybill.domain.setup.wanted import StackRef, WantedStack, text

ACCOUNTS = tuple(Member(name=name, id=id_) for name, id_ in (("dev", "111111111111"), ("ci", "222222222222")))


def stacks(*repositories: PackageRepository, grants: tuple[PackageGrant, ...] = ()) -> list[WantedStack]:
    domain = PackageDomain(name="acme", account="dev", region="us-east-1", repositories=repositories, grants=grants)
    prepared = Prepared(accounts=ACCOUNTS, regions=("us-east-1",), package_domains=(domain,))
    return list(package_stacks(prepared, domain))


def said(stack: WantedStack) -> dict[str, str]:
    return {name: told for name, value in stack.parameters.items() if (told := text(value, lambda _: ""))}


def test_the_first_repository_makes_the_domain_and_the_others_stand_after_it() -> None:
    one, two = stacks(PackageRepository(name="shared"), PackageRepository(name="internal", upstreams=("shared",)))
    assert (said(one)["MakesDomain"], said(two)["MakesDomain"]) == ("yes", "no")
    assert said(two)["ExistingUpstreams"] == "shared"
    assert two.needs == {one.ref}
    assert one.ref == StackRef("dev", "us-east-1", "waybill-packages-acme-shared")
    assert in_order([two, one]) == (one, two)


def test_what_is_between_a_domain_and_a_public_repository_is_made_once() -> None:
    one, two, three = stacks(
        PackageRepository(name="a"),
        PackageRepository(name="b", public=("npmjs", "pypi")),
        PackageRepository(name="c", public=("pypi",)),
    )
    assert said(two) | {"UpstreamConnection": "public:npmjs", "UpstreamName": "npmjs-store"} == said(two)
    assert said(two)["SecondUpstreamName"] == "pypi-store"
    assert (said(three)["ExistingUpstreams"], "UpstreamConnection" in said(three)) == ("pypi-store", False)
    assert three.needs == {one.ref, two.ref}


def test_grants_go_to_the_repositories_that_they_name_and_tokens_to_all() -> None:
    read = PackageGrant(may="read", account="ci", repositories=("b",))
    one, two = stacks(PackageRepository(name="a"), PackageRepository(name="b"), grants=(read,))
    assert ("ReaderAccounts" in said(one), said(one)["TokenAccounts"]) == (False, "222222222222")
    assert said(two)["ReaderAccounts"] == "222222222222"
    assert "TokenAccounts" not in two.parameters


def test_administration_goes_through_the_domain() -> None:
    arn = "arn:aws:iam::222222222222:role/ops"
    one, two = stacks(
        PackageRepository(name="a"),
        PackageRepository(name="b"),
        grants=(PackageGrant(may="administer", account="ci", arns=(arn,)),),
    )
    assert (said(one)["AdministratorAccounts"], said(one)["AdministratorArns"]) == ("222222222222", arn)
    assert not {"AdministratorAccounts", "ReaderAccounts"} & {*two.parameters} - {"ReaderAccounts"}
    assert "ReaderAccounts" not in said(two)
