"""What info, versions and prune are asked in words becomes one valid request, or every fault at once (P10)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from inputs.given import WRONG_PLACE, around
from waybill.domain.selector import Exactly, Named, Within
from waybill.domain.waybill import Origin
from waybill.errors import Fault, InputError
from waybill.inputs import info, prune, versions
from waybill.inputs.options import read_words
from waybill.inputs.spec import Verb
from waybill.inputs.tables.info import INFO
from waybill.inputs.tables.prune import PRUNE
from waybill.inputs.tables.versions import VERSIONS

Read = Callable[..., Any]


AROUND = around(origin=Origin(actor="ada"))
GOOD = {"project": "SugarWater"}
BAD: Mapping[str, str] = {"project": "a/b", **WRONG_PLACE}
OWN: Mapping[str, Mapping[str, str]] = {
    "info": {"version": "not a version!"},
    "versions": {"limit": "many"},
    "prune": {"keep": "0", "older-than": "3 months", "yes": "maybe", "kms-key": "alias/mine", "reason": "x" * 1001},
}
VERBS: list[tuple[Verb, Read]] = [(INFO, info.read), (VERSIONS, versions.read), (PRUNE, prune.read)]
every_verb = pytest.mark.parametrize(("verb", "read"), VERBS, ids=[verb.name for verb, _ in VERBS])


def faults(read: Read, values: Mapping[str, str]) -> list[Fault]:
    with pytest.raises(InputError) as caught:
        read(values, AROUND)
    return list(caught.value.faults)


@every_verb
def test_every_input_has_a_wrong_value_here(verb: Verb, read: Read) -> None:
    assert {item.name for item in verb.inputs} == {*BAD, *OWN[verb.name]}


@every_verb
def test_all_wrong_values_are_told_at_once_by_their_names(verb: Verb, read: Read) -> None:
    found = faults(read, {**BAD, **OWN[verb.name]})
    assert {fault.name for fault in found} == {item.name for item in verb.inputs}
    order = [item.name for item in verb.inputs]
    assert sorted(found, key=lambda fault: order.index(fault.name)) == found


@every_verb
def test_the_project_must_be_given(verb: Verb, read: Read) -> None:
    assert "project" in {fault.name for fault in faults(read, {"keep": "1"} if verb is PRUNE else {})}


@every_verb
def test_faults_of_the_command_line_are_told_with_the_others(verb: Verb, read: Read) -> None:
    with pytest.raises(InputError) as caught:
        read(BAD, AROUND, [Fault("--porject", "P", "is not an option.")])
    assert {"--porject", "project"} <= {fault.name for fault in caught.value.faults}


@pytest.mark.parametrize(
    ("text", "kind"), [("1.2.3", Exactly), ("production", Named), ("^1.4", Within), ("1.x", Within), (None, type(None))]
)
def test_info_takes_a_version_a_channel_a_range_or_nothing(text: str | None, kind: type) -> None:
    request = info.read(GOOD if text is None else {**GOOD, "version": text}, AROUND)
    assert isinstance(request.wanted, kind)
    assert request.written == (text or "")


def test_info_and_versions_take_their_words_in_order() -> None:
    assert read_words(INFO, ["P", "1.2.3"]).values == {"project": "P", "version": "1.2.3"}
    assert read_words(VERSIONS, ["P", "--limit", "all"]).values == {"project": "P", "limit": "all"}
    assert read_words(PRUNE, ["P", "--keep", "3", "--yes"]).values == {"project": "P", "keep": "3", "yes": "true"}


@pytest.mark.parametrize(("text", "limit"), [("", 50), ("7", 7), ("all", None), ("ALL", None)])
def test_versions_shows_so_many(text: str, limit: int | None) -> None:
    assert versions.read({**GOOD, "limit": text}, AROUND).limit == limit


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "ten", "１", "9999999"])
def test_versions_refuses_what_is_no_number(text: str) -> None:
    assert [fault.name for fault in faults(versions.read, {**GOOD, "limit": text})] == ["limit"]


@pytest.mark.parametrize(("text", "seconds"), [("36h", 36 * 3600), ("90d", 90 * 86400), ("12w", 12 * 7 * 86400)])
def test_prune_reads_an_age(text: str, seconds: int) -> None:
    request = prune.read({**GOOD, "older-than": text}, AROUND)
    assert (request.older_than, request.keep, request.yes) == (seconds, None, False)


@pytest.mark.parametrize("text", ["3m", "3 months", "90", "d", "0d", "-3d", "1.5d", "３d", "1y", "999999d"])
def test_prune_refuses_what_is_no_age(text: str) -> None:
    assert [fault.name for fault in faults(prune.read, {**GOOD, "older-than": text})] == ["older-than"]


@pytest.mark.parametrize("text", ["it \x1b[2J leaks", "bell \x07", "nul \x00", "broken \udcff"])
def test_prune_refuses_a_reason_that_cannot_be_kept_or_shown(text: str) -> None:
    """It stands in the tombstone for good."""
    assert [fault.name for fault in faults(prune.read, {**GOOD, "keep": "3", "reason": text})] == ["reason"]


def test_prune_must_be_told_what_may_go() -> None:
    found = faults(prune.read, GOOD)
    assert [fault.name for fault in found] == ["keep"]
    assert "older-than" in found[0].rule


def test_prune_knows_who_asks_and_how_to_ask_again() -> None:
    values = {**GOOD, "keep": "3", "yes": "true", "reason": " too \n old "}
    request = prune.read(values, AROUND)
    assert (request.actor, request.reason, request.yes, request.keep) == ("ada", "too old", True, 3)
    assert request.again.startswith("waybill prune --project SugarWater --keep 3 --yes")
