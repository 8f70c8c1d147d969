"""The staging buckets of all accounts and regions, and the keys that encrypt in them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from waybill.commands.access.looking import Place, ends_the_run, tell_unknown
from waybill.commands.together import together
from waybill.commands.tools import Tools, everywhere
from waybill.domain.access.staged import Shelf
from waybill.domain.arns import KeyArn, partition_of
from waybill.domain.setup.estate import Estate
from waybill.errors import Fault, InputError
from waybill.ports.account import Account
from waybill.ports.bucket import Encryption


def find_shelves(
    estate: Estate,
    accounts: Mapping[str, Account],
    places: Sequence[Place],
    needed: Collection[Place],
    tools: Tools,
) -> dict[Place, Shelf]:
    """Return the staging buckets that are there. Raises where one that is `needed` is not, or may not be looked at."""

    def one(place: Place) -> Shelf | None:
        tools.cancellation.check()
        return _shelf(estate, accounts[place[0]], place)

    found, errors = everywhere(one, places)
    bad = [error for place, error in errors.items() if place in needed or ends_the_run(error)]
    bad += [_absent(estate, place) for place, shelf in found.items() if shelf is None and place in needed]
    if bad:
        raise together(bad)
    for (name, region), error in errors.items():
        tell_unknown(tools, f"the staging bucket in {name}/{region}", error)
    return {place: shelf for place, shelf in found.items() if shelf is not None}


def _shelf(estate: Estate, account: Account, place: Place) -> Shelf | None:
    name, region = place
    here = account.region(region)
    bucket = here.parameters.get(estate.bucket_parameter)
    if bucket is None:
        return None
    owner = estate.account(name).id
    default = account.bucket(region, bucket, owner=owner).default_encryption()
    if default.kind is Encryption.NO_KMS:
        return Shelf(bucket=bucket)
    if default.key is None:
        return Shelf(bucket=bucket, managed=True)
    try:
        written = KeyArn.normalise(default.key, partition=partition_of(region), region=region, account=owner)
    except ValueError as error:
        rule = f"is what {bucket} in {name}/{region} is encrypted with, and no key: its policy cannot be found."
        raise InputError([Fault("key", default.key, rule)], "Correct the bucket's default encryption.") from error
    key = here.keys.resolve(written)
    if here.keys.customer_managed(key) is False:
        return Shelf(bucket=bucket, managed=True)
    return Shelf(bucket=bucket, key=key)


def _absent(estate: Estate, place: Place) -> InputError:
    rule = f"does not exist in {place[0]}/{place[1]}, so that nobody knows which bucket is the staging bucket there."
    return InputError([Fault("bucket-parameter", estate.bucket_parameter, rule)], "Run `waybill setup` first.")
