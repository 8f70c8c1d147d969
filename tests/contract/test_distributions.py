from __future__ import annotations

import pytest

from contract.hands import BotoHands, FakeHands
from contract.places import Place
from fakes.aws import PRODUCTION
from fakes.distributions import DistributionState
from waybill.errors import InputError
from waybill.ports.distributions import InvalidationState

CONFIGURATION = {
    "Comment": "",
    "Enabled": True,
    "Origins": {
        "Quantity": 1,
        "Items": [{"Id": "o", "DomainName": "b.s3.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}],
    },
    "DefaultCacheBehavior": {
        "TargetOriginId": "o",
        "ViewerProtocolPolicy": "allow-all",
        "ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}},
        "MinTTL": 0,
    },
}


@pytest.fixture
def distribution(place: Place) -> str:
    """Return the id of a distribution that nobody used."""
    if place.engine == "ministack":
        pytest.skip("moto stands for CloudFront")
    if isinstance(place.hands, FakeHands):
        state = place.hands.world.distributions
        name = f"E{len(state):013d}"
        state[PRODUCTION, name] = DistributionState()
        return name
    assert isinstance(place.hands, BotoHands)
    return made(place.hands, place.new_key())


def made(hands: BotoHands, reference: str) -> str:
    import boto3

    credentials = hands.s3._request_signer._credentials
    client = boto3.client(
        "cloudfront",
        region_name="us-east-1",
        endpoint_url=hands.s3.meta.endpoint_url,
        aws_access_key_id=credentials.access_key,
        aws_secret_access_key=credentials.secret_key,
    )
    answer = client.create_distribution(DistributionConfig={**CONFIGURATION, "CallerReference": reference})
    return str(answer["Distribution"]["Id"])


def begun(place: Place, distribution: str, reference: str = "a" * 64) -> InvalidationState:
    found = place.account.distributions().invalidate(distribution, ["/*", "/index.html"], reference=reference)
    assert found is not None
    return found


def test_an_invalidation_is_done_when_it_is_looked_at_some_times(place: Place, distribution: str) -> None:
    taken = begun(place, distribution)
    looks = [place.account.distributions().look(distribution, taken.id) for _ in range(3)]
    assert {look.id for look in looks} == {taken.id}
    assert looks[-1].done


def test_other_references_are_other_invalidations(place: Place, distribution: str) -> None:
    assert begun(place, distribution, "a").id != begun(place, distribution, "b").id


@pytest.mark.lax("caller-reference")
def test_the_same_reference_is_the_same_invalidation(place: Place, distribution: str) -> None:
    assert begun(place, distribution).id == begun(place, distribution).id


def test_a_distribution_that_is_not_there_is_bad_input(place: Place, distribution: str) -> None:
    with pytest.raises(InputError) as caught:
        begun(place, "E1ABCDEF2GHIJK")
    assert [fault.name for fault in caught.value.faults] == ["invalidate"]
    with pytest.raises(InputError):
        place.account.distributions().look("E1ABCDEF2GHIJK", "I2J0I21PCUYOIK")
