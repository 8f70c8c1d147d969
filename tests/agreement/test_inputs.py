"""Every input that is offered is read, under the name that it is offered by; nothing else is."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path

import pytest

from waybill.domain.waybill import Origin
from waybill.errors import Fault, InputError
from waybill.inputs.download import Disk
from waybill.inputs.options import read_words, usage
from waybill.inputs.spec import Input, Kind, Verb
from waybill.inputs.surroundings import Surroundings
from waybill.inputs.verbs import VERBS
from waybill.packing import Selection

Read = Callable[[Mapping[str, str], Surroundings], object]

GOOD: Mapping[str, Mapping[str, str]] = {
    "stage": {"project": "SugarWater", "version": "1.2.3", "path": "app.bin", "pipeline": "site"},
    "promote": {"project": "SugarWater", "version": "1.2.3", "pipeline": "site"},
    "deploy": {"project": "SugarWater", "version": "1.2.3", "pipeline": "site"},
    "rollback": {"project": "SugarWater", "to": "previous", "reason": "it leaks", "pipeline": "site"},
    "download": {"project": "SugarWater", "version": "1.2.3"},
    "status": {},
    "versions": {"project": "SugarWater"},
    "info": {"project": "SugarWater", "version": "1.2.3"},
    "prune": {"project": "SugarWater", "keep": "3", "reason": "old"},
}
OF_ANY: Mapping[str, str] = {
    "project": "a/b",
    "regions": "us-nowhere-1",
    "configuration-parameter": "no spaces please",
    "bucket-parameter": "no spaces please",
    "key-prefix": "no spaces please",
    "parameter-prefix": "no-slash",
    "oidc-role": "github",
    "audience": "two words",
    "role": "waybill-stage",
    "role-external-id": "no spaces please",
    "role-session-name": "no spaces please",
    "role-duration": "a while",
    "expected-account": "production",
    "session-tags": "maybe",
    "kms-key": "alias/mine",
    "channel": "Latest",
    "update-channel": "older",
    "github-token": "two words",
    "reinstate": "maybe",
    "require": "some",
    "dry-run": "maybe",
    "summary": "maybe",
    "version": "v1..2",
    "pipeline": "two words",
    "pipeline-role": "waybill-deploy",
    "pipeline-role-external-id": "no spaces please",
    "pipeline-account": "development",
    "source": "elsewhere",
    "variables": "no-equals-sign",
    "wait": "maybe",
    "timeout": "soon",
    "approval-timeout": "0s",
    "on-cancel": "panic",
    "on-failure": "panic",
    "allow-unpinned": "maybe",
    "verify-deployed": "maybe",
    "verify-url": "ftp://secret@hidden.invalid",
    "verify-status": "fine",
    "verify-text": "y" * 2001,
    "invalidate": "no-distribution",
    "environment": "x" * 256,
    "environment-url": "www.example.com",
}
OF_ONE: Mapping[str, Mapping[str, str]] = {
    "stage": {
        "version": "v1.2.3",
        "path": "nowhere",
        "metadata": "no-equals-sign",
        "filename": "maybe",
        "content-type": "no type",
        "compress": "maybe",
        "allow-empty": "maybe",
        "resume": "maybe",
    },
    "promote": {
        "from-channel": "Latest",
        "from-role": "waybill-read",
        "from-role-external-id": "no spaces please",
        "from-regions": "us-nowhere-1",
        "transfer": "teleport",
        "verify": "hardly",
        "plan-only": "maybe",
        "plan-digest": "1234",
    },
    "rollback": {"to": "^1.2", "reason": "x" * 1001},
    "download": {"filename": "maybe", "extract": "maybe", "extract-limit": "much", "extract-entries": "many"},
    "status": {"check": "maybe", "repair": "maybe"},
    "versions": {"limit": "many"},
    "prune": {"keep": "few", "older-than": "long", "yes": "maybe"},
}
ANY_TEXT: Mapping[str, frozenset[str]] = {
    "promote": frozenset({"plan", "apply"}),
    "download": frozenset({"to"}),
    "status": frozenset({"html"}),
    "prune": frozenset({"reason"}),
}
"""Inputs that no text is wrong for by itself; what paths lead to is tried elsewhere."""

HIDDEN = frozenset({"verify-url"})
"""Inputs whose value is never shown, beside the secret ones: a password may stand in it."""

NEEDS: Mapping[str, Mapping[str, str]] = {
    "from-role-external-id": {"from-role": "arn:aws:iam::111111111111:role/r"},
    "role-external-id": {"role": "arn:aws:iam::222222222222:role/r"},
    "pipeline-role-external-id": {"pipeline-role": "arn:aws:iam::111111111111:role/r"},
    "verify-text": {"verify-url": "https://www.example.com"},
}
"""What an input has need of beside it."""

verbs = pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)
every_input = pytest.mark.parametrize(
    ("verb", "item"),
    [pytest.param(verb, item, id=f"{verb.name} {item.name}") for verb in VERBS.values() for item in verb.inputs],
)


def bad(verb: Verb) -> dict[str, str]:
    """Return a wrong value for every input that may be wrong by itself."""
    names = [item.name for item in verb.inputs]
    known = {**OF_ANY, **OF_ONE.get(verb.name, {})}
    return {name: known[name] for name in names if name in known}


SELECTED = Selection(entries=(), is_archive=False)


def survey(path: str, allow_empty: bool, compress: bool) -> Selection:
    """Look at a path without a disk."""
    if path != "app.bin":
        raise InputError([Fault("path", path, "does not exist.")])
    return SELECTED


AROUND = Surroundings(
    origin=Origin(),
    tag=None,
    places=("us-east-1",),
    parameter="",
    regions=frozenset({"us-east-1", "eu-west-1"}),
    survey=survey,
)


@pytest.fixture
def read(verb: Verb, tmp_path: Path) -> Callable[[Mapping[str, str]], object]:
    """Return what reads the inputs of a verb."""
    module = import_module(f"waybill.inputs.{verb.name}")
    more = {"disk": Disk(folder=tmp_path)} if verb.name == "download" else {}
    return functools.partial(lambda values: module.read(values, AROUND, **more))


def faults_of(read: Callable[[Mapping[str, str]], object], values: Mapping[str, str]) -> list[Fault]:
    try:
        read(values)
    except InputError as error:
        return list(error.faults)
    return []


@verbs
def test_every_input_has_a_wrong_value_here(verb: Verb) -> None:
    assert {*bad(verb), *ANY_TEXT.get(verb.name, ())} == {item.name for item in verb.inputs}


@every_input
def test_p10_a_wrong_value_is_a_fault_of_the_input_by_its_yaml_name(
    verb: Verb, item: Input, read: Callable[[Mapping[str, str]], object]
) -> None:
    if item.name in ANY_TEXT.get(verb.name, ()):
        return
    good = {name: value for name, value in GOOD[verb.name].items() if (item.name, name) != ("from-channel", "version")}
    found = faults_of(read, {**good, item.name: bad(verb)[item.name]})
    mine = [fault for fault in found if fault.name == item.name]
    assert mine, found
    hidden = item.secret or item.name in HIDDEN
    assert ("" if hidden else bad(verb)[item.name]) in {fault.value for fault in mine}
    assert not hidden or bad(verb)[item.name] not in "".join(map(str, mine))
    assert all(fault.rule for fault in mine)
    assert {fault.name for fault in found} == {item.name}


@verbs
def test_p10_all_of_them_are_told_at_once(verb: Verb, read: Callable[[Mapping[str, str]], object]) -> None:
    found = faults_of(read, bad(verb))
    order = [item.name for item in verb.inputs]
    names = [fault.name for fault in found]
    assert set(names) == set(bad(verb))
    assert names == sorted(names, key=order.index)


@every_input
def test_every_input_is_an_option_of_the_same_name(verb: Verb, item: Input) -> None:
    words = read_words(verb, [f"--{item.name}", *([] if item.kind is Kind.FLAG else ["x"])])
    assert words.values == {item.name: "true" if item.kind is Kind.FLAG else "x"}
    assert not words.faults
    assert f"--{item.name}" in usage(verb)


@verbs
def test_defaults_are_values_that_are_taken(verb: Verb, read: Callable[[Mapping[str, str]], object]) -> None:
    given = {item.name: item.default for item in verb.inputs} | dict(GOOD[verb.name])
    assert not faults_of(read, given)


@every_input
def test_the_example_of_an_input_is_taken(verb: Verb, item: Input, read: Callable[[Mapping[str, str]], object]) -> None:
    """Beside what it has need of."""
    beside = NEEDS.get(item.name, {})
    good = {name: value for name, value in GOOD[verb.name].items() if (item.name, name) != ("from-channel", "version")}
    value = item.example if item.name != "path" else "app.bin"
    assert not item.required or value
    found = faults_of(read, {**good, **beside, item.name: value})
    assert not found
