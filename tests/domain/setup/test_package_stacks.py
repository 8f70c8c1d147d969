from __future__ import annotations

from waybill.domain.setup.estate import Estate, Member, PackageDomain, PackageGrant, PackageRepository
from waybill.domain.setup.stacks.every import in_order
from waybill.domain.setup.stacks.packages import package_stacks
from waybill.domain.setup.stacks.wanted import StackRef, WantedStack, text

ACCOUNTS = tuple(Member(name=name, id=id_) for name, id_ in (("dev", "111111111111"), ("ci", "222222222222")))


def stacks(*repositories: PackageRepository, grants: tuple[PackageGrant, ...] = ()) -> list[WantedStack]:
    domain = PackageDomain(name="acme", account="dev", region="us-east-1", repositories=repositories, grants=grants)
    estate = Estate(accounts=ACCOUNTS, regions=("us-east-1",), package_domains=(domain,))
    return list(package_stacks(estate, domain))


def said(stack: WantedStack) -> dict[str, str]:
    return {name: told for name, value in stack.parameters.items() if (told := text(value, lambda _: ""))}


def test_the_domain_has_a_stack_of_its_own_and_the_others_stand_after_it() -> None:
    whole, one, two = stacks(
        PackageRepository(name="shared"), PackageRepository(name="internal", upstreams=("shared",))
    )
    assert whole.ref == StackRef("dev", "us-east-1", "waybill-domain-acme")
    assert [said(each).get("MakesDomain") for each in (whole, one, two)] == ["yes", "no", "no"]
    assert said(two)["ExistingUpstreams"] == "shared"
    assert one.needs == {whole.ref}
    assert two.needs == {whole.ref, one.ref}
    assert one.ref == StackRef("dev", "us-east-1", "waybill-packages-acme-shared")
    assert in_order([two, one, whole]) == (whole, one, two)


def test_what_is_between_a_domain_and_a_public_repository_is_made_once_by_a_stack_of_its_own() -> None:
    whole, npm, pypi, one, two, three = stacks(
        PackageRepository(name="a"),
        PackageRepository(name="b", public=("pypi", "npmjs")),
        PackageRepository(name="c", public=("pypi",)),
    )
    assert said(pypi) | {"UpstreamConnection": "public:pypi", "UpstreamName": "pypi-store"} == said(pypi)
    assert said(pypi)["MakesRepository"] == "no"
    assert pypi.needs == one.needs == {whole.ref}
    assert said(two)["ExistingUpstreams"] == "pypi-store,npmjs-store"
    assert two.needs == {whole.ref, npm.ref, pypi.ref}
    assert three.needs == {whole.ref, pypi.ref}


def test_neither_the_order_of_the_file_nor_a_line_more_changes_another_stack() -> None:
    a, b = PackageRepository(name="a", public=("pypi",)), PackageRepository(name="b", public=("pypi", "npmjs"))

    def told(*repositories: PackageRepository) -> dict[str, dict[str, str]]:
        return {one.ref.name: said(one) for one in stacks(*repositories)}

    assert told(a, b) == told(b, a)
    both, one = told(a, b), told(b)
    assert {name: both[name] for name in one} == one
    assert both.keys() - one.keys() == {"waybill-packages-acme-a"}


def test_grants_go_to_the_repositories_that_they_name_and_tokens_to_all() -> None:
    read = PackageGrant(may="read", account="ci", repositories=("b",))
    whole, one, two = stacks(PackageRepository(name="a"), PackageRepository(name="b"), grants=(read,))
    assert said(whole)["ReaderAccounts"] == said(two)["ReaderAccounts"] == "222222222222"
    assert "ReaderAccounts" not in said(one)


def test_administration_goes_through_the_domain() -> None:
    arn = "arn:aws:iam::222222222222:role/ops"
    whole, *others = stacks(
        PackageRepository(name="a"),
        PackageRepository(name="b"),
        grants=(PackageGrant(may="administer", account="ci", arns=(arn,)),),
    )
    assert (said(whole)["AdministratorAccounts"], said(whole)["AdministratorArns"]) == ("222222222222", arn)
    assert not [one for one in others if {"AdministratorAccounts", "ReaderAccounts"} & said(one).keys()]
