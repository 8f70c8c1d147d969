from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from inputs.setup.example import EXAMPLE, REGIONS, changed, read
from waybill.domain.setup.emitted.files import (
    CONFIGURATION,
    MANIFEST,
    digest,
    emitted,
    foreign,
    listed_in,
    parameters_path,
)
from waybill.domain.setup.estate import Estate
from waybill.domain.setup.stacks.every import wanted_stacks
from waybill.domain.setup.stacks.wanted import StackRef, outputs_in, text
from waybill.inputs.setup import read_estate

SPECIAL = {
    "repositories|acme/website|promote": ['environment:it\'s $HOME `id`; "x"'],
    "pipelines|crossaccountdeploy|also": ["us-west-2"],
    "pipelines|crossaccountdeploy|output": {"bucket": "out-one", "also": ["out-two"]},
    "accounts|production|alias": "acme-production",
    "accounts|production|external-id": "acme-setup",
}


@pytest.fixture(params=[{}, SPECIAL], ids=["example", "special"])
def estate(request: pytest.FixtureRequest, tmp_path: Path) -> Estate:
    return read(tmp_path, changed(request.param))


def files(estate: Estate) -> dict[str, str]:
    return emitted(estate, lambda name: f"the template {name}")


def commands(readme: str) -> list[list[str]]:
    """Return the words of every command of the page, as a shell parts them; what is assigned stays one word."""
    lines = [
        line for block in re.findall(r"```sh\n(.*?)```", readme, re.DOTALL) for line in [block.replace("\\\n", "")]
    ]
    joined = "\n".join(lines)
    return [shlex.split(line) for line in joined.splitlines() if line and "=$(" not in line]


def test_the_same_file_makes_the_same_bytes() -> None:
    first, second = (files(read_estate(EXAMPLE, regions=REGIONS)) for _ in range(2))
    assert list(first.items()) == list(second.items())


def test_every_template_that_is_used_is_there_flat_and_as_it_is(estate: Estate) -> None:
    found = {path: said for path, said in files(estate).items() if path.endswith(".yaml")}
    assert found == {f"{stack.template}.yaml": f"the template {stack.template}" for stack in wanted_stacks(estate)}


def test_the_parameters_are_those_of_the_stacks_with_outputs_by_name(estate: Estate) -> None:
    found = files(estate)
    for stack in wanted_stacks(estate):
        said = json.loads(found[parameters_path(stack.ref)])
        assert {one["ParameterKey"]: one["ParameterValue"] for one in said} == {
            name: text(value, lambda output: "{{" + str(output) + "}}") for name, value in stack.parameters.items()
        }


def test_the_commands_give_every_parameter_in_an_order_that_works(estate: Estate) -> None:
    deploys = [words for words in commands(files(estate)["README.md"]) if words[1:3] == ["cloudformation", "deploy"]]
    stacks = wanted_stacks(estate)
    assert len(deploys) == len(stacks)
    seen: set[StackRef] = set()
    for stack, words in zip(stacks, deploys, strict=True):
        options = {word: words[number + 1] for number, word in enumerate(words) if word.startswith("--")}
        assert (options["--profile"], options["--region"], options["--stack-name"]) == (
            stack.ref.account, stack.ref.region, stack.ref.name,
        )  # fmt: skip
        assert options["--template-file"] == f"{stack.template}.yaml"
        given = dict(word.split("=", 1) for word in words[words.index("--parameter-overrides") + 1 :])
        names = {output: f"${output.output}" for value in stack.parameters.values() for output in outputs_in(value)}
        for name, value in stack.parameters.items():
            assert re.sub(r"(\$[A-Za-z]+)\d+", r"\1", given[name]) == text(value, names.__getitem__)
        assert stack.needs <= seen
        seen.add(stack.ref)


def test_an_output_is_asked_of_the_stack_that_has_it(estate: Estate) -> None:
    readme = files(estate)["README.md"].replace("\\\n", "")
    asked = re.findall(
        r"(\w+)\d+=\$\(aws .*?--profile (\S+) --region (\S+)\s+--stack-name (\S+) --query .*?=='(\w+)'", readme
    )
    wanted = [
        (output.output, output.stack.account, output.stack.region, output.stack.name, output.output)
        for stack in wanted_stacks(estate)
        for output in dict.fromkeys(one for value in stack.parameters.values() for one in outputs_in(value))
    ]
    assert asked == wanted
    assert wanted


def test_what_is_no_stack_is_there_too(estate: Estate) -> None:
    found = files(estate)
    assert json.loads(found[CONFIGURATION])["regions"] == "us-east-1,us-west-2,eu-west-1"
    words = commands(found["README.md"])
    puts = [one for one in words if one[1:3] == ["ssm", "put-parameter"]]
    assert len(puts) == len(estate.accounts) * len(estate.regions)
    aliases = [one for one in words if one[1:3] == ["iam", "create-account-alias"]]
    assert len(aliases) == len([one for one in estate.accounts if one.alias])


def test_each_profile_is_an_account_with_its_role(estate: Estate) -> None:
    for member in estate.accounts:
        assert f"[profile {member.name}]\nrole_arn = {member.role}\n" in files(estate)["README.md"]


def test_the_manifest_lists_every_other_file(estate: Estate) -> None:
    found = files(estate)
    assert list(found)[-1] == MANIFEST
    assert listed_in(found[MANIFEST]) == {path: digest(said) for path, said in found.items() if path != MANIFEST}


@pytest.mark.parametrize("manifest", [None, "", "no JSON", "[]", '{"files": 1}', '{"files": {"a": 1}}', '{"x": 1}'])
def test_a_manifest_of_somebody_else_lists_nothing(manifest: str | None) -> None:
    assert listed_in(manifest) == {}


@pytest.mark.parametrize("path", ["/etc/passwd", "../x", "a/../../x", "", ".", "a/./b"])
def test_a_manifest_cannot_lead_outside_of_the_directory(path: str) -> None:
    assert listed_in(json.dumps({"files": {path: "0" * 64, "ok.yaml": "1"}})) == {"ok.yaml": "1"}


def test_what_is_ours_and_what_is_not() -> None:
    ours, mine = "written by emit", "written by me"
    known = {"old.yaml": digest(ours), "changed.yaml": digest(ours), "gone.yaml": digest(ours)}
    there = {"new.yaml": None, "same.yaml": "b", "old.yaml": ours, "changed.yaml": mine, "gone.yaml": mine, "x": mine}
    wanted = {"new.yaml": "a", "same.yaml": "b", "old.yaml": "c", "changed.yaml": "d", "x": "e"}
    assert list(foreign(wanted, known, there)) == ["changed.yaml", "x", "gone.yaml"]
