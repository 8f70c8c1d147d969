"""P3 needs a history that has one's own put: one that SSM answers from before it is waited for and read again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from aws.answers import ssm_error
from aws.doors import REGION, Told, lead
from aws.loopback import Answer, Heard, Loopback, loopback
from waybill.errors import Unavailable
from waybill.ports.account import Parameters, PutResult

NAME = "/artifacts/SugarWater/latest"
ABSENT = ssm_error(400, "ParameterNotFound")
EXISTS = ssm_error(400, "ParameterAlreadyExists")


def said(answer: object) -> Answer:
    return Answer(200, json.dumps(answer), {"Content-Type": "application/x-amz-json-1.1"})


def put(version: int) -> Answer:
    return said({"Version": version, "Tier": "Standard"})


def history(*versions: int, token: str = "") -> Answer:
    """Answer with a page: version 3 holds the value 3.0.0."""
    page = [{"Name": NAME, "Version": number, "Value": f"{number}.0.0"} for number in versions]
    return said({"Parameters": page} | ({"NextToken": token} if token else {}))


@contextmanager
def answering(monkeypatch: pytest.MonkeyPatch, puts: list[Answer], reads: list[Answer]) -> Iterator[Loopback]:
    """Answer puts and reads from their lists; the last of the reads for ever."""

    def script(heard: Heard) -> Answer:
        if heard.headers["x-amz-target"].endswith(".PutParameter"):
            return puts.pop(0)
        return reads.pop(0) if len(reads) > 1 else reads[0]

    with loopback(script) as server:
        lead(monkeypatch, server.url)
        yield server


def parameters(told: Told) -> Parameters:
    return told.account().region(REGION).parameters


def test_a_history_from_before_ones_own_put_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    told = Told()
    with answering(monkeypatch, [put(3)], [history(1, 2), ABSENT, history(1, 2, 3)]) as server:
        here = parameters(told)
        assert here.put(NAME, "3.0.0", create=False) is PutResult.WRITTEN
        assert here.history(NAME) == ["1.0.0", "2.0.0", "3.0.0"]
        assert len(server.heard) == 4
    assert len(told.clock.sleeps) == 2
    assert all("cannot be read yet" in error.what for _, error, _, _ in told.waits)


def test_a_rivals_later_put_is_news_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    told = Told()
    with answering(monkeypatch, [put(3)], [history(1, 2, 3, 4)]):
        here = parameters(told)
        here.put(NAME, "3.0.0", create=False)
        assert here.history(NAME)[-1] == "4.0.0"
    assert not told.clock.sleeps


def test_only_the_last_page_tells_and_a_read_again_begins_at_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    reads = [history(1, token="t"), history(2), history(1, token="t"), history(2, 3)]
    with answering(monkeypatch, [put(3)], reads):
        here = parameters(Told())
        here.put(NAME, "3.0.0", create=False)
        assert here.history(NAME) == ["1.0.0", "2.0.0", "3.0.0"]


def test_an_earlier_put_does_not_lower_what_is_expected(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(monkeypatch, [put(5), put(4)], [history(1, 2, 3, 4), history(1, 2, 3, 4, 5)]):
        here = parameters(Told())
        here.put(NAME, "5.0.0", create=False)
        here.put(NAME, "4.0.0", create=False)
        assert here.history(NAME)[-1] == "5.0.0"


def test_what_a_rival_created_before_us_is_not_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(monkeypatch, [EXISTS], [ABSENT, history(1)]):
        here = parameters(Told())
        assert here.put(NAME, "2.0.0", create=True) is PutResult.EXISTS
        assert here.history(NAME) == ["1.0.0"]


def test_another_name_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    told = Told()
    with answering(monkeypatch, [put(3)], [ABSENT]):
        here = parameters(told)
        here.put(NAME, "3.0.0", create=False)
        assert here.history("/artifacts/Other/latest") == []
    assert not told.clock.sleeps


def test_a_put_that_never_shows_ends_within_the_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(monkeypatch, [put(3)], [history(1, 2)]) as server:
        here = parameters(Told())
        here.put(NAME, "3.0.0", create=False)
        with pytest.raises(Unavailable) as caught:
            here.history(NAME)
    assert len(server.heard) == 1 + 8
    assert NAME in caught.value.what
    assert "Tried 8 times" in caught.value.advice
