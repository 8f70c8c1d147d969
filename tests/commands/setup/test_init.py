from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
import yaml

from fakes.clock import FakeClock
from waybill.commands.setup.init import init
from waybill.domain.result import Outcome, Result
from waybill.domain.setup.initial.request import InitRequest
from waybill.errors import InputError
from waybill.inputs.file.shape import schema
from waybill.inputs.setup import read_estate
from waybill.inputs.setup.rules import rules

REGIONS = frozenset({"us-east-1", "us-west-2", "eu-west-1"})


class Person:
    """Answers by the beginning of a question, each answer once; an empty line where none is left."""

    def __init__(self, answers: Iterable[tuple[str, str]]) -> None:
        self.left = list(answers)
        self.asked: list[str] = []
        self.told: list[str] = []

    def tell(self, text: str) -> None:
        self.told.append(text)

    def ask(self, question: str, default: str) -> str:
        self.asked.append(question)
        if len(self.asked) > 100:
            raise AssertionError(f"asked for ever: {question}")
        for number, (begins, answer) in enumerate(self.left):
            if question.startswith(begins):
                del self.left[number]
                return answer
        return default


LEAST = [
    ("Regions", "us-east-1, eu-west-1"),
    ("The id of development", "111111111111"),
    ("Another account", "-"),
]


def run(person: Person, tmp_path: Path, *, path: str = "waybill.yaml") -> tuple[Result, Path]:
    file = tmp_path / path

    def keep(text: str) -> bool:
        file.write_text(text)
        return True

    request = InitRequest(path=str(file), schema="x.json")
    result = init(request, person, rules=rules(REGIONS), form=schema(), keep=keep, clock=FakeClock())
    return result, file


def test_the_shortest_answers_make_a_file_that_is_read(tmp_path: Path) -> None:
    result, file = run(Person(LEAST), tmp_path)
    assert (result.outcome, result.changed, int(result.exit_code)) == (Outcome.CREATED, True, 0)
    estate = read_estate(file, regions=REGIONS)
    assert estate.regions == ("us-east-1", "eu-west-1")
    assert str(estate.account("development").role).endswith("111111111111:role/OrganizationAccountAccessRole")
    assert yaml.safe_load(file.read_text()).keys() == {"schema", "regions", "accounts"}


def test_everything_that_is_asked_arrives_in_the_file(tmp_path: Path) -> None:
    person = Person(
        [
            *LEAST[:2],
            ("Configuration parameter", "/acme"),
            ("Bucket name parameter", "/buckets/acme"),
            ("Bucket key prefix", "a/"),
            ("Project parameter name prefix", "-"),
            ("The id of production", "222222222222"),
            ("The role in production", "-"),
            ("External id", "acme"),
            ("Repository", "acme/website"),
            ("Where in it may a run stage", "tag:v*, branch:main"),
            ("The project that it releases", "SugarWater"),
            ("The pipeline's name", "deploy"),
            ("Its input bucket", "in-put"),
            ("The key of the zip", "site.zip"),
            ("The bucket that it deploys to", "out-put"),
        ]
    )
    _, file = run(person, tmp_path)
    assert person.left == []
    estate = read_estate(file, regions=REGIONS)
    assert (estate.configuration_parameter, estate.bucket_parameter) == ("/acme", "/buckets/acme")
    assert (estate.prefixes.key, estate.prefixes.parameter) == ("a/", "")
    assert (estate.account("production").source, estate.account("production").role) == ("development", None)
    assert estate.external_id == "acme"
    assert estate.repositories[0].may["stage"] == ("tag:v*", "branch:main")
    (pipeline,) = estate.pipelines
    assert (pipeline.account, pipeline.production) == ("development", "production")
    assert (pipeline.source.bucket, pipeline.source.key, pipeline.output.bucket) == ("in-put", "site.zip", "out-put")
    assert (estate.projects[0].repository, estate.projects[0].pipelines) == ("acme/website", ("deploy",))


@pytest.mark.parametrize(
    ("question", "wrong", "told"),
    [
        ("Regions", "us-east-1,us-west-9", "is not an AWS region that this release knows."),
        ("Regions", "-", "is missing."),
        ("Configuration parameter", "/aws/x", "Systems Manager reserves these names."),
        ("Bucket name parameter", "/startifact", "cannot be in one parameter"),
        ("Bucket key prefix", "a", "end with a slash"),
        ("Project parameter name prefix", "a", "must begin with a slash"),
        ("The first account", "a b", "this name must be at most 40"),
        ("The id of development", "1111", "must be twelve digits."),
        ("The role in development", "arn:aws:iam::999999999999:role/x", "is a role of account 999999999999"),
        ("Repository", "website", "OWNER/NAME"),
        ("The pipeline's name", "a b", "the name of a pipeline"),
    ],
)
def test_a_wrong_answer_is_told_at_once_and_asked_for_again(
    tmp_path: Path, question: str, wrong: str, told: str
) -> None:
    person = Person([(question, wrong), *LEAST])
    _, file = run(person, tmp_path)
    assert person.left == []
    assert any(told in line for line in person.told), person.told
    assert read_estate(file, regions=REGIONS).home == "us-east-1"


def test_an_id_that_another_account_has_is_refused_at_once(tmp_path: Path) -> None:
    person = Person([*LEAST[:2], ("The id of production", "111111111111"), ("The id of production", "222222222222")])
    _, file = run(person, tmp_path)
    assert any("is the id of `development`, too" in line for line in person.told)
    assert read_estate(file, regions=REGIONS).account("production").id == "222222222222"


def test_answers_that_break_a_rule_write_nothing(tmp_path: Path) -> None:
    request = InitRequest(path="x", schema="x", answers={"schema": 1, "regions": ["us-east-1"]})

    def keep(text: str) -> bool:
        raise AssertionError(text)

    with pytest.raises(InputError, match="accounts: is missing"):
        init(request, Person(()), rules=rules(REGIONS), form=schema(), keep=keep, clock=FakeClock())


def test_nobody_is_asked_where_there_are_answers(tmp_path: Path) -> None:
    person = Person(())
    answers = {"schema": 1, "regions": ["us-east-1"], "accounts": {"a": {"id": "111111111111"}}}
    request = InitRequest(path="x", schema="x", answers=answers)
    kept: list[str] = []

    def keep(text: str) -> bool:
        kept.append(text)
        return False

    result = init(request, person, rules=rules(REGIONS), form=schema(), keep=keep, clock=FakeClock())
    assert (person.asked, result.outcome, result.changed) == ([], Outcome.ALREADY, False)
    assert yaml.safe_load(kept[0]) == answers
