"""Runs of every kind, and what each asks of AWS."""

from __future__ import annotations

from collections.abc import Callable

from fakes.account import FakeGateway
from fakes.aws import BUCKET_PARAMETER, PRODUCTION, REGIONS, bucket_name
from promises.iam import Need, needs_of
from promises.stand import LARGE, METADATA, SMALL, Stand, plant_whole, plant_withdrawal
from waybill.domain.arns import KeyArn, RoleArn
from waybill.domain.channel import UpdateChannel
from waybill.domain.configuration import Overrides
from waybill.domain.identity import Identity
from waybill.domain.request import KmsChoice
from waybill.ports.bucket import DefaultEncryption, Encryption

ROLE = Identity(role=RoleArn.parse(f"arn:aws:iam::{PRODUCTION}:role/waybill-stage"))
Scenario = Callable[[Stand, FakeGateway], None]


def one_part(stand: Stand, gateway: FakeGateway) -> None:
    stand.stage(SMALL, metadata=METADATA, identity=ROLE, gateway=gateway)


def several_parts(stand: Stand, gateway: FakeGateway) -> None:
    stand.stage(LARGE, identity=ROLE, gateway=gateway)


def again(stand: Stand, gateway: FakeGateway) -> None:
    plant_whole(stand.world, "us-east-1", LARGE, metadata=METADATA)
    stand.stage(LARGE, metadata=METADATA, identity=ROLE, gateway=gateway)


def resume(stand: Stand, gateway: FakeGateway) -> None:
    plant_whole(stand.world, "us-east-1", LARGE)
    stand.stage(None, identity=ROLE, gateway=gateway)


def interrupted(stand: Stand, gateway: FakeGateway) -> None:
    for region in REGIONS:
        stand.world.plant(bucket_name(PRODUCTION, region), "SugarWater@1.2.3", LARGE)
    stand.stage(LARGE, identity=ROLE, gateway=gateway)


def aborted(stand: Stand, gateway: FakeGateway) -> None:
    stand.world.fail(call="send", region="us-east-1", times=None)
    stand.stage(LARGE, identity=ROLE, gateway=gateway)


def alias(stand: Stand, gateway: FakeGateway) -> None:
    for region in REGIONS:
        state = stand.world.buckets[bucket_name(PRODUCTION, region)]
        state.default = DefaultEncryption(Encryption.KMS, "alias/waybill-staging")
    stand.stage(identity=ROLE, gateway=gateway)


def given_keys(stand: Stand, gateway: FakeGateway) -> None:
    arns = {region: f"arn:aws:kms:{region}:{PRODUCTION}:alias/waybill-staging" for region in REGIONS}
    kms = KmsChoice(by_region={region: KeyArn.parse(arn) for region, arn in arns.items()})
    stand.stage(identity=ROLE, gateway=gateway, kms=kms)


def reinstated(stand: Stand, gateway: FakeGateway) -> None:
    for region in REGIONS:
        for version in ("1.0.0", "1.2.3"):
            plant_whole(stand.world, region, version=version)
        stand.world.set_parameter(region, PRODUCTION, "/artifacts/SugarWater/latest", "1.2.3", "1.0.0")
        plant_withdrawal(stand.world, region, "1.2.3", "1.0.0")
    stand.stage(identity=ROLE, gateway=gateway, reinstate=True)


def healed(stand: Stand, gateway: FakeGateway) -> None:
    for region in REGIONS:
        plant_whole(stand.world, region, version="2.0.0")
        stand.world.set_parameter(region, PRODUCTION, "/artifacts/SugarWater/latest", "2.0.0", "1.0.0")
    stand.stage(identity=ROLE, gateway=gateway)


def rival(stand: Stand, gateway: FakeGateway) -> None:
    hook = lambda call: plant_whole(stand.world, call.region, LARGE)  # noqa: E731
    stand.world.on("complete", hook, times=None)
    stand.stage(LARGE, identity=ROLE, gateway=gateway)


def replaced(stand: Stand, gateway: FakeGateway) -> None:
    overrides = Overrides(
        regions=REGIONS, bucket_parameter=BUCKET_PARAMETER, key_prefix="a/b/", parameter_prefix="/artifacts"
    )
    stand.stage(identity=ROLE, gateway=gateway, overrides=overrides)


def unsaid_key(stand: Stand, gateway: FakeGateway) -> None:
    """The bucket's default encrypts though no key is said."""
    stand.stage(LARGE, metadata=METADATA, identity=ROLE, gateway=gateway, kms=KmsChoice(none=True))


def never(stand: Stand, gateway: FakeGateway) -> None:
    stand.stage(identity=ROLE, gateway=gateway, update_channel=UpdateChannel.NEVER)


def pre_release(stand: Stand, gateway: FakeGateway) -> None:
    stand.stage(identity=ROLE, gateway=gateway, version="2.0.0-rc.1")


def dry_run(stand: Stand, gateway: FakeGateway) -> None:
    stand.world.plant(bucket_name(PRODUCTION, "us-east-1"), "SugarWater@1.2.3", LARGE)
    stand.stage(LARGE, identity=ROLE, gateway=gateway, dry_run=True)


SCENARIOS: list[Scenario] = [
    unsaid_key,
    never,
    pre_release,
    dry_run,
    one_part,
    several_parts,
    again,
    resume,
    interrupted,
    aborted,
    alias,
    given_keys,
    reinstated,
    healed,
    rival,
    replaced,
]


def run(scenario: Scenario, stand: Stand) -> list[tuple[str, Need]]:
    """Return every need of a run with the session policy under which it came."""
    gateway, found, entered = stand.world.gateway(), [], 0
    scenario(stand, gateway)
    for call in stand.world.calls.log():
        entered += call.call == "enter"
        found += [(gateway.policies[entered - 1], need) for need in needs_of(call, stand)]
    assert found
    return found
