"""Every input that is offered is read, under the name that it is offered by; nothing else is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from agreement.given import ANY_TEXT, HERE, HIDDEN, NEEDS, WITHIN_A_FILE, Read, bad, files_of, good, reader, unspoken
from waybill.errors import Fault, InputError
from waybill.inputs.options import read_words, usage
from waybill.inputs.spec import Input, Kind, Verb
from waybill.inputs.verbs import VERBS

verbs = pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)
every_input = pytest.mark.parametrize(
    ("verb", "item"),
    [pytest.param(verb, item, id=f"{verb.name} {item.name}") for verb in VERBS.values() for item in verb.inputs],
)


@pytest.fixture
def read(verb: Verb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Read:
    """Return what reads the inputs of a verb, in a folder with the files that it looks for."""
    for name, text in files_of(verb):
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return reader(verb)


def faults_of(read: Read, values: Mapping[str, str]) -> list[Fault]:
    try:
        read(values)
    except InputError as error:
        return list(error.faults)
    return []


@verbs
def test_every_input_has_a_wrong_value_here(verb: Verb) -> None:
    assert not unspoken(verb), f"`{verb.name}`: say in OF_ONE of {HERE} what is wrong for these, or in ANY_TEXT"


@verbs
def test_what_is_good_is_taken(verb: Verb, read: Read) -> None:
    assert not faults_of(read, good(verb))


@every_input
def test_p10_a_wrong_value_is_a_fault_of_the_input_by_its_yaml_name(verb: Verb, item: Input, read: Read) -> None:
    if item.name in ANY_TEXT.get(verb.name, ()):
        return
    wrong = bad(verb)[item.name]
    found = faults_of(read, {**good(verb, beside=item.name), item.name: wrong})
    mine = [fault for fault in found if fault.name == item.name]
    assert mine, found
    hidden = item.secret or item.name in HIDDEN
    assert ("" if hidden else wrong) in {fault.value for fault in mine}
    assert not hidden or wrong not in "".join(map(str, mine))
    assert all(fault.rule for fault in mine)
    assert {fault.name for fault in found} == {item.name}


@verbs
def test_p10_all_of_them_are_told_at_once(verb: Verb, read: Read) -> None:
    wrong = bad(verb)
    if WITHIN_A_FILE & wrong.keys():
        del wrong["config"]
    found = faults_of(read, wrong)
    order = [item.name for item in verb.inputs]
    names = [fault.name for fault in found]
    assert set(names) == set(wrong)
    assert names == sorted(names, key=order.index)


@every_input
def test_every_input_is_an_option_of_the_same_name(verb: Verb, item: Input) -> None:
    words = read_words(verb, [f"--{item.name}", *([] if item.kind is Kind.FLAG else ["x"])])
    assert words.values == {item.name: "true" if item.kind is Kind.FLAG else "x"}
    assert not words.faults
    assert f"--{item.name}" in usage(verb)


@verbs
def test_defaults_are_values_that_are_taken(verb: Verb, read: Read) -> None:
    assert not faults_of(read, {item.name: item.default for item in verb.inputs} | good(verb))


@every_input
def test_the_example_of_an_input_is_taken(verb: Verb, item: Input, read: Read) -> None:
    """Beside what it has need of."""
    value = item.example if item.name != "path" else "app.bin"
    assert not item.required or value
    assert not faults_of(read, {**good(verb, beside=item.name), **NEEDS.get(item.name, {}), item.name: value})
