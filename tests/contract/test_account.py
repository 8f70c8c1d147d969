from __future__ import annotations

import pytest

from contract.places import ALIAS, REGION, Place
from fakes.aws import PRODUCTION, REGIONS
from waybill.domain.arns import KeyArn
from waybill.errors import InputError


def test_p7_the_caller_is_the_stage_role_in_the_target_account(place: Place) -> None:
    caller = place.account.caller()
    assert caller.account == PRODUCTION
    assert "assumed-role/waybill-stage/" in caller.arn
    assert caller.partition == "aws"
    assert not caller.is_root


def test_a_region_is_named_as_it_was_asked_for(place: Place) -> None:
    assert [place.account.region(name).name for name in REGIONS] == list(REGIONS)


@pytest.mark.lax("alias-by-key")
def test_an_alias_is_resolved_to_the_key_behind_it(place: Place) -> None:
    assert place.account.region(REGION).keys.resolve(place.alias) == place.key


def test_a_key_is_its_own_answer(place: Place) -> None:
    assert place.account.region(REGION).keys.resolve(place.key) == place.key


@pytest.mark.lax("alias-by-key")
@pytest.mark.parametrize("alias", [f"arn:aws:kms:{REGION}:{PRODUCTION}:alias/nobody", f"{ALIAS}-nobody"])
def test_an_alias_of_nothing_is_bad_input(place: Place, alias: str) -> None:
    key = KeyArn.normalise(alias, partition="aws", region=REGION, account=PRODUCTION)
    with pytest.raises(InputError) as caught:
        place.account.region(REGION).keys.resolve(key)
    assert [fault.name for fault in caught.value.faults] == ["kms-key"]


def test_a_key_that_somebody_made_is_the_customers_own_and_aws_s_is_not(place: Place) -> None:
    keys = place.account.region(REGION).keys
    assert keys.customer_managed(place.key) is True
    nobodys = KeyArn.parse(f"arn:aws:kms:{REGION}:{PRODUCTION}:key/00000000-0000-4000-8000-00000000dead")
    assert keys.customer_managed(nobodys) is None
