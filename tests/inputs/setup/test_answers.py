from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from inputs.given import around
from inputs.setup.example import EXAMPLE, REGIONS, ROOT, example
from waybill.errors import InputError
from waybill.inputs import setup_init
from waybill.inputs.setup.answers import read_answers

ACCOUNTS = {"development": {"id": "111111111111"}}


def answers(path: Path, said: Any) -> dict[str, Any]:
    file = path / "answers.json"
    file.write_text(said if isinstance(said, str) else json.dumps(said))
    return read_answers(file, regions=REGIONS)


def test_an_organisation_configuration_of_startifact_is_a_beginning(tmp_path: Path) -> None:
    said = {
        "regions": "us-east-1,us-west-2",
        "bucket_name_param": "/buckets/acme",
        "bucket_key_prefix": "artifacts/",
        "parameter_name_prefix": "",
        "save_ok": "y",
        "accounts": ACCOUNTS,
    }
    assert answers(tmp_path, said) == {
        "schema": 1,
        "regions": ["us-east-1", "us-west-2"],
        "configuration": {"bucket-parameter": "/buckets/acme"},
        "prefixes": {"key": "artifacts/", "parameter": ""},
        "accounts": ACCOUNTS,
    }


def test_the_names_of_our_own_inputs_do_too(tmp_path: Path) -> None:
    said = {
        "regions": ["us-east-1"],
        "configuration-parameter": "/acme",
        "bucket-parameter": "/buckets/acme",
        "key-prefix": "a/",
        "parameter-prefix": "/a",
        "prefixes": {"bucket": "acme"},
        "accounts": ACCOUNTS,
    }
    file = answers(tmp_path, said)
    assert file["configuration"] == {"parameter": "/acme", "bucket-parameter": "/buckets/acme"}
    assert file["prefixes"] == {"key": "a/", "parameter": "/a", "bucket": "acme"}


def test_a_whole_file_is_a_set_of_answers(tmp_path: Path) -> None:
    assert answers(tmp_path, EXAMPLE.read_text()) == example()


def test_the_answers_of_the_page_are_answers(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "setup.md").read_text()
    (block,) = (
        text for text in re.findall(r"^```yaml\n(.*?)^```$", page, re.DOTALL | re.MULTILINE) if "_param" in text
    )
    file = answers(tmp_path, block)
    assert {*file["accounts"]} == {"development", "production"}
    assert file["configuration"] == {"bucket-parameter": "/buckets/staging"}


def test_every_fault_is_told_by_the_name_that_the_answer_has(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        answers(tmp_path, 'bucket_name_param: "x y"\nregions: us-east-9\naccount: {}\n')
    told = [str(fault).replace(f"{tmp_path}/", "") for fault in caught.value.faults]
    assert [one.split(": ")[:2] for one in told] == [
        ["answers.json:1", "accounts"],
        ["answers.json:1", "bucket_name_param"],
        ["answers.json:2", "regions[0]"],
        ["answers.json:3", "account"],
    ]
    assert "Did you mean `accounts`?" in told[3]


@pytest.mark.parametrize("said", ["", "- a", "a: [", "1"])
def test_what_has_no_answers_is_one_clear_message(tmp_path: Path, said: str) -> None:
    with pytest.raises(InputError) as caught:
        answers(tmp_path, said)
    assert len(caught.value.faults) == 1


def faults(values: dict[str, str], *, terminal: bool = True) -> list[str]:
    try:
        setup_init.read(values, around(), terminal=terminal)
    except InputError as error:
        return [str(fault) for fault in error.faults]
    return []


def test_without_a_terminal_and_without_answers_there_is_one_message(tmp_path: Path) -> None:
    (fault,) = faults({"config": str(tmp_path / "new.yaml")}, terminal=False)
    assert fault.startswith("answers: is missing: there is no terminal to ask on.")


def test_a_file_that_is_there_is_refused_before_anything_is_asked(tmp_path: Path) -> None:
    (tmp_path / "waybill.yaml").write_text("mine")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    for name in ("waybill.yaml", "dangling"):
        (fault,) = faults({"config": str(tmp_path / name)})
        assert "is there already. It is left as it is: give --force, or another name." in fault
    assert faults({"config": str(tmp_path / "waybill.yaml"), "force": "true"}) == []


@pytest.mark.parametrize(("name", "told"), [("", "is a directory"), ("no/where.yaml", "a directory that is not there")])
def test_a_place_where_no_file_can_be(tmp_path: Path, name: str, told: str) -> None:
    assert told in faults({"config": str(tmp_path / name), "force": "true"})[0]


def test_regions_of_the_environment_are_suggested() -> None:
    request, force = setup_init.read({"config": "/tmp/none.yaml"}, around(places=("us-east-1", "x")), terminal=True)
    assert (request.suggested, request.answers, force) == (("us-east-1",), None, False)
