"""P10 of promote: what does not go together, the command that is printed; P9: no secret in what a promotion says."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.strategies import printable
from fakes.aws import PRODUCTION, REGIONS, bucket_name
from inputs.given import around
from promises.crossing import READER, ROLE, Crossing, plant
from promises.stand import LARGE, SMALL
from promises.test_p09_no_secret_is_told import SECRETS
from waybill.domain.orders import PromoteOrder, Transfer, Verification
from waybill.domain.selector import Exactly, Named, Within
from waybill.domain.versions import Version
from waybill.errors import Fault, InputError
from waybill.inputs.options import read_words
from waybill.inputs.promote import read
from waybill.inputs.spec import Kind
from waybill.inputs.tables.promote import PROMOTE
from waybill.inputs.typed import OF_THE_RUNNER, command_line

AROUND = around(parameter="/mine", regions=frozenset(REGIONS))
GOOD = {"project": "SugarWater", "version": "1.2.3"}
DIGEST = "ab" * 32


def order(values: Mapping[str, str]) -> PromoteOrder:
    return read(values, AROUND)


@pytest.mark.parametrize(
    ("values", "name", "said"),
    [
        ({"from-channel": "latest"}, "from-channel", "cannot go with `version`"),
        ({"version": ""}, "version", "give `version` or `from-channel`"),
        ({"plan": "p", "apply": "p"}, "apply", "cannot go with"),
        ({"plan-only": "true", "apply": "p"}, "apply", "cannot go with"),
        ({"from-role-external-id": "acme"}, "from-role-external-id", "without `from-role`"),
        ({"role-external-id": "acme"}, "role-external-id", "without `role`"),
        ({"role": ROLE, "expected-account": "333333333333"}, "expected-account", "another account"),
        ({"from-role": READER, "oidc-role": READER, "role-duration": "7200"}, "role-duration", "at most 3600"),
        ({"from-role": READER, "oidc-role": READER, "role": ROLE, "role-duration": "7200"}, "role-duration", "3600"),
        ({"from-regions": ","}, "from-regions", "names no region"),
        ({"from-regions": "us-east-1,moon"}, "from-regions", "moon"),
        ({"require": "4", "regions": ",".join(REGIONS)}, "require", "more regions than there are"),
        ({"plan-digest": DIGEST.upper()}, "plan-digest", "64 hex digits"),
        ({"version": "ssm"}, "version", ""),
        ({"from-channel": "aws", "version": ""}, "from-channel", "reserves"),
    ],
)
def test_what_does_not_go_together_is_one_fault(values: dict[str, str], name: str, said: str, tmp_path: Path) -> None:
    try:
        wanted = order(GOOD | values)
    except InputError as error:
        faults = list(error.faults)
    else:  # a channel's name is judged where the parameters are
        with pytest.raises(InputError) as caught:
            Crossing(tmp_path).promote(**{key.replace("-", "_"): text for key, text in values.items()})
        faults = list(caught.value.faults)
        assert wanted.wanted == Named("ssm")
    assert {fault.name for fault in faults} == {name}
    assert said in str(faults)


def test_a_plan_that_cannot_be_read_is_one_fault_beside_the_others() -> None:
    told = Fault("apply", "plan.json", "is no plan: it is not there.")
    with pytest.raises(InputError) as caught:
        read({"apply": "plan.json", "require": "some"}, AROUND, [told])
    assert [fault.name for fault in caught.value.faults] == ["require", "apply"]


def test_what_is_read_is_what_was_meant() -> None:
    read_by = order({"project": "P", "version": "^1.4", "from-role": READER, "from-regions": "eu-west-1", "role": ROLE})
    assert isinstance(read_by.wanted, Within)
    assert (read_by.source.identity.account, read_by.source.overrides.regions) == ("111111111111", ("eu-west-1",))
    request = read_by.request(Version("1.4.2"))
    assert (request.channel, request.identity.account, request.overrides.regions) == ("production", PRODUCTION, None)
    assert (read_by.transfer, read_by.verify, read_by.approved) == (Transfer.AUTO, Verification.CHECKSUM, None)
    assert isinstance(order(GOOD).wanted, Exactly)
    assert order({"project": "P", "from-channel": "stable"}).wanted == Named("stable")
    assert order(GOOD | {"plan-only": "true"}).request(Version("1.2.3")).dry_run
    assert order(GOOD | {"plan": "p.json"}).request(Version("1.2.3")).dry_run
    assert order(GOOD | {"plan-digest": DIGEST}).approved == DIGEST


def test_the_source_takes_the_targets_regions_only_where_there_is_no_configuration() -> None:
    both = {"regions": "us-east-1", "bucket-parameter": "/b"}
    assert order(GOOD | {"regions": "us-east-1"}).source.overrides.regions is None
    assert order(GOOD | both).source.overrides.regions == ("us-east-1",)
    assert order(GOOD | both | {"from-regions": "eu-west-1"}).source.overrides.regions == ("eu-west-1",)


def test_the_command_that_finishes_names_the_version_that_was_found_and_no_plan() -> None:
    asked = {"project": "P", "version": "latest", "plan-digest": DIGEST, "oidc-role": READER, "role": ROLE}
    line = order(asked).request(Version("1.4.2")).again
    assert "--version 1.4.2" in line
    assert "--configuration-parameter /mine" in line
    assert not [word for word in ("latest", "--plan", "--apply", "oidc") if word in line]


texts = printable.map(str.strip).filter(bool) | st.sampled_from(["true", "--json", "-x", "a b", "'"])
flags = st.sampled_from(["true", "false", "True", "FALSE"])
values = st.fixed_dictionaries(
    {}, optional={item.name: flags if item.kind is Kind.FLAG else texts for item in PROMOTE.inputs}
)


@given(values)
def test_the_command_that_is_printed_says_what_was_asked(asked: dict[str, str]) -> None:
    words = read_words(PROMOTE, shlex.split(command_line(PROMOTE, asked))[2:])
    assert not words.faults
    table = {item.name: item for item in PROMOTE.inputs if item.name not in OF_THE_RUNNER and not item.secret}

    def meant(given: Mapping[str, str]) -> dict[str, str]:
        read = {name: given.get(name, item.default) for name, item in table.items()}
        return {name: text.lower() if table[name].kind is Kind.FLAG else text for name, text in read.items()}

    assert meant(words.values) == meant(asked)


def all_goes_well(crossing: Crossing) -> None:
    """Let it."""


def nothing_is_written(crossing: Crossing) -> None:
    crossing.world.fail(call="write", times=None)


def all_is_denied(crossing: Crossing) -> None:
    crossing.world.deny("*", key="^(?!/startifact)")


def there_is_a_conflict(crossing: Crossing) -> None:
    plant(crossing, REGIONS[0], LARGE, account=PRODUCTION)


@pytest.mark.parametrize("harm", [all_goes_well, nothing_is_written, all_is_denied, there_is_a_conflict])
def test_p9_no_secret_is_in_what_a_promotion_says_or_stores(
    harm: Callable[[Crossing], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    crossing = Crossing(tmp_path)
    for region in REGIONS:
        plant(crossing, region, SMALL)
    harm(crossing)
    end = crossing.finish()
    said = [repr(end), json.dumps(end.to_json()) if hasattr(end, "to_json") else str(end)]
    said += [repr(event) for event in crossing.reporter.events]
    said += [policy for gateway in crossing.gateways.values() for policy in gateway.policies]
    said += [repr(crossing.world.contents(bucket_name(PRODUCTION, region))) for region in REGIONS]
    whole = "\n".join(said)
    assert not [name for name, value in SECRETS.items() if value in whole]
