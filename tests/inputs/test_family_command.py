"""The action `setup` runs the verb that `command` names, with that verb's inputs, and says whose the others are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from waybill.errors import Fault, InputError
from waybill.inputs import family as of_family
from waybill.inputs.family import Chosen
from waybill.inputs.find import FAMILIES, find_verb, whole_name
from waybill.inputs.spec import Input, Kind, Output, Verb
from waybill.inputs.tables.setup import COMMANDS, OWN_HELP, SETUP
from waybill.inputs.union import united_inputs, united_outputs

DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
AS_THE_RUNNER_HAS_IT = {item.name: item.default for item in SETUP.inputs if item.default}

commands = pytest.mark.parametrize("word", COMMANDS)


def choose(values: Mapping[str, str]) -> Chosen:
    return of_family.choose(values, SETUP, COMMANDS)


def refused(**values: str) -> list[Fault]:
    with pytest.raises(InputError) as caught:
        choose(values)
    return list(caught.value.faults)


def test_every_verb_with_outputs_is_a_command_and_no_other() -> None:
    family = {word: find_verb(f"setup {word}") for word in FAMILIES["setup"][1]}
    assert set(COMMANDS) == {word for word, verb in family.items() if verb and verb.outputs}
    assert {"plan", "apply"} <= set(COMMANDS)
    assert "init" not in COMMANDS


@commands
def test_a_verb_gets_its_own_inputs_and_the_defaults_of_others_are_no_faults(word: str) -> None:
    chosen = choose({**AS_THE_RUNNER_HAS_IT, "command": word})
    assert chosen.verb == whole_name("setup", {"command": word}) == f"setup {word}"
    assert not chosen.faults
    assert set(chosen.values) <= {item.name for item in COMMANDS[word].inputs}


@commands
def test_every_input_of_a_verb_is_an_input_of_the_action_and_arrives(word: str) -> None:
    items = {item.name: f"a value of {item.name}" for item in COMMANDS[word].inputs}
    chosen = choose({**items, "command": f" {word} "})
    assert chosen.values == items
    assert {*items, "command"} <= {item.name for item in SETUP.inputs}


@commands
def test_what_another_command_takes_is_told_by_its_name_with_who_takes_it(word: str) -> None:
    every = {item.name: "given" for item in SETUP.inputs} | {"command": word}
    own = {item.name for item in COMMANDS[word].inputs}
    faults = choose(every).faults
    assert [fault.name for fault in faults] == [name for name in every if name not in {*own, "command"}]
    for fault in faults:
        assert fault.rule.startswith(f"is no input of `{word}`: ")
        takers = [word for word, verb in COMMANDS.items() if any(item.name == fault.name for item in verb.inputs)]
        assert all(f"`{taker}`" in fault.rule for taker in takers)


def test_what_is_said_of_it() -> None:
    faults = choose({"command": "plan", "plan-digest": DIGEST, "yes": "TRUE"}).faults
    assert [str(fault) for fault in faults if fault.name == "plan-digest"] == [
        f"plan-digest: '{DIGEST}': is no input of `plan`: `apply` takes it."
    ]
    assert "yes" in {fault.name for fault in faults}


@pytest.mark.parametrize("value", ["false", "False", " FALSE "])
def test_a_default_in_other_letters_is_a_default(value: str) -> None:
    assert not choose({"command": "plan", "yes": value}).faults


@pytest.mark.parametrize(
    ("word", "near"),
    [("plann", "plan"), ("Apply", "apply"), ("aply", "apply"), ("config", "configuration"), ("deploy", None)],
)
def test_a_command_that_there_is_not_is_one_fault_with_the_list_and_the_nearest(word: str, near: str | None) -> None:
    (fault,) = refused(command=word, yes="true", bucket="x")
    assert (fault.name, fault.value) == ("command", word)
    assert all(f"`{known}`" in fault.rule for known in COMMANDS)
    assert (f"Did you mean `{near}`?" in fault.rule) is (near is not None)


def test_init_is_for_a_terminal() -> None:
    (fault,) = refused(command="init")
    assert "`plan`" in fault.rule


@pytest.mark.parametrize("given", [{}, {"command": "  "}])
def test_no_command_is_missing(given: dict[str, str]) -> None:
    (fault,) = refused(**given)
    assert (fault.name, fault.rule) == ("command", "is missing.")
    assert fault.example in COMMANDS


def test_an_input_of_the_action_says_one_thing() -> None:
    """What verbs say differently has words of its own here, and what they mean differently has another name."""
    for item in SETUP.inputs[1:]:
        owners = [one for verb in COMMANDS.values() for one in verb.inputs if one.name == item.name]
        helps = {one.help for one in owners}
        assert len(helps) == 1 or item.name in OWN_HELP, f"say in OWN_HELP of inputs/tables/setup.py: {item.name}"
        kinds = {one.kind for one in owners}
        said = kinds == {Kind.TEXT, Kind.LINES} and item.name in OWN_HELP
        assert len(kinds) == 1 or said, f"{item.name} is written in two ways: say so in OWN_HELP, or rename one"
        assert len({one.secret for one in owners}) == 1
    assert OWN_HELP.keys() <= {item.name for item in SETUP.inputs}


ONE = Verb(
    name="x one",
    does="",
    inputs=(
        Input("same", "Alike.", "1", required=True),
        Input("other", "Of one."),
        Input("both", "This.", "1", example="7"),
        Input("last", "Last."),
    ),
    outputs=(Output("end", "How."), Output("more", "More.")),
)
TWO = replace(
    ONE,
    name="x two",
    inputs=(replace(ONE.input("same"), example="e"), Input("both", "That.", "2"), Input("new", "New.", kind=Kind.FLAG)),
    outputs=(Output("end", "How else."), Output("only", "Only.")),
)


def test_the_united_inputs_are_those_of_every_verb_once() -> None:
    found = united_inputs({"one": ONE, "two": TWO}, {}, ("last",))
    assert found == (
        Input("same", "Alike.", "1", required=True, example="e"),
        Input("other", "`one`: Of one."),
        Input("both", "`one`: This. `two`: That.", example="7"),
        Input("new", "`two`: New.", kind=Kind.FLAG),
        Input("last", "`one`: Last."),
    )
    three = {"one": ONE, "two": TWO, "three": replace(TWO, inputs=TWO.inputs[:1])}
    assert [one.help for one in united_inputs(three, {}, ()) if one.name in {"same", "both"}] == [
        "Alike.",
        "All but `three`: `one`: This. `two`: That.",
    ]
    assert [one.name for one in united_outputs({"one": ONE, "two": TWO})] == ["end", "more", "only"]
    (both,) = [one for one in united_inputs({"one": ONE, "two": TWO}, {"both": "Either."}, ()) if one.name == "both"]
    assert both.help == "Either."
