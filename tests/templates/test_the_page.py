"""docs/templates.md: its table is what the templates say, and it speaks of each of them."""

from __future__ import annotations

import re
import shlex

import pytest

from templates.privileges import MARKED, PAGE, SHOWN, table
from templates.reading import NAMES, Stack, load

TEXT = PAGE.read_text(encoding="utf-8")


def test_the_table_is_what_the_templates_say() -> None:
    found = MARKED.search(TEXT)
    assert found, "the page has the table's marks"
    told = found[0].splitlines()[1:-1]
    assert told == table().splitlines(), "run: PYTHONPATH=tests .venv/bin/python -m templates.privileges"


def test_the_table_has_everything_that_a_template_can_make() -> None:
    assert set(SHOWN) == set(NAMES)
    for name, parameters in SHOWN.items():
        template = load(name)
        made = set(Stack(template=template, parameters=parameters).resources)
        left = {one for one in template["Resources"] if one not in made}
        assert left <= {"ReplicaKey"}, name  # its policy is the key's


@pytest.mark.parametrize("name", NAMES)
def test_the_page_speaks_of_every_template(name: str) -> None:
    assert f"`{name}.yaml`" in TEXT.partition("<!-- privileges:start -->")[0]


def test_the_commands_give_parameters_that_there_are_and_all_that_are_needed() -> None:
    commands = re.findall(r"aws cloudformation deploy (.*?[^\\])\n", TEXT, re.DOTALL)
    assert len(commands) >= len(NAMES)
    for command in commands:
        words = shlex.split(command.replace("\\\n", " "), comments=True)
        name = words[words.index("--template-file") + 1].removesuffix(".yaml")
        given = {word.partition("=")[0] for word in words[words.index("--parameter-overrides") + 1 :] if "=" in word}
        parameters = load(name)["Parameters"]
        assert given <= set(parameters), name
        needed = {one for one, body in parameters.items() if "Default" not in body}
        assert needed <= given, name
