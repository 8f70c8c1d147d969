from __future__ import annotations

import pytest

from aws.loopback import Answer as Page
from aws.loopback import Heard, loopback
from commands.proof.published import tools
from fakes.asker import FakeAsker
from fakes.clock import FakeClock
from fakes.reporter import RecordingReporter
from waybill.cancel import Cancellation
from waybill.commands.proof.url import LONGEST, Asked, verify_url
from waybill.commands.tools import Tools
from waybill.domain.deploy.delivery import UrlCheck
from waybill.errors import Cancelled, ExitCode, PipelineError, Unavailable
from waybill.ports.http import Answer
from waybill.web.ask import RequestsAsker

URL = "https://ada:hunter2@www.example.com/version.txt?key=letmein"
CHECK = UrlCheck(url=URL, text="v{version}")
GOOD = Answer(200, "this is v1.2.3, welcome")


def asked(
    *answers: Answer | Unavailable, check: UrlCheck = CHECK, end: float = 100.0, kit: Tools | None = None
) -> Asked:
    return verify_url(check, "1.2.3", FakeAsker.saying(answers), kit or tools(), end=end)


def test_a_page_that_answers_as_it_should_is_asked_once() -> None:
    kit = tools()
    web = FakeAsker.saying([GOOD])
    found = verify_url(CHECK, "1.2.3", web, kit, end=100.0)
    assert found.words == "it answers 200 with the text (asked once)"
    assert [url for url, _ in web.asked] == [URL]
    assert isinstance(kit.clock, FakeClock)
    assert kit.clock.sleeps == []


def test_it_is_asked_until_it_does() -> None:
    found = asked(Unavailable("its certificate is not trusted."), Answer(503, ""), Answer(200, "v1.2.2"), GOOD)
    assert found.times == 4


def test_any_text_will_do_where_none_is_given_and_the_status_may_be_another() -> None:
    assert asked(Answer(200, "x"), Answer(403, ""), check=UrlCheck(url=URL, status=403)).times == 2


def test_waits_grow_to_a_quarter_minute_and_end_with_the_time() -> None:
    clock = FakeClock()
    with pytest.raises(PipelineError):
        asked(Answer(404, ""), end=120.0, kit=tools(clock))
    assert clock.sleeps[:2] == [1.0, 1.5]
    assert max(clock.sleeps) == LONGEST
    assert clock.monotonic() == 120.0


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(404, "v1.2.3"), "it answers 404"),
        (Answer(200, "v1.2.2"), "it answers 200 without the text 'v1.2.3'"),
        (Unavailable("its certificate is not trusted: expired."), "its certificate is not trusted: expired"),
    ],
)
def test_a_page_that_never_does_fails_the_deploy_with_its_last_answer(answer: Answer | Unavailable, words: str) -> None:
    with pytest.raises(PipelineError) as caught:
        asked(answer, end=3.0)
    error = caught.value
    assert error.exit_code is ExitCode.PIPELINE
    assert f"{words} (asked 4 times)." in error.what
    assert "It should answer 200 with the text 'v1.2.3'." in error.advice


def test_p9_neither_password_nor_query_is_told() -> None:
    kit = tools()
    with pytest.raises(PipelineError) as caught:
        asked(Answer(404, ""), kit=kit)
    assert isinstance(kit.reporter, RecordingReporter)
    said = f"{caught.value}{kit.reporter.events}{asked(GOOD)}"
    assert "https://***@www.example.com/version.txt?key=***" in said
    assert "hunter2" not in said
    assert "letmein" not in said


def test_the_same_answer_is_told_once() -> None:
    kit = tools()
    asked(*[Answer(404, "")] * 9, Answer(500, ""), Answer(404, ""), GOOD, kit=kit)
    assert isinstance(kit.reporter, RecordingReporter)
    assert len(kit.reporter.events) == 3


def test_it_is_asked_once_even_where_no_time_is_left() -> None:
    assert asked(GOOD, end=-5.0).times == 1
    with pytest.raises(PipelineError, match="asked once"):
        asked(Answer(404, ""), end=-5.0)


def test_no_question_takes_longer_than_what_is_left() -> None:
    web = FakeAsker.saying([Answer(404, "")])
    with pytest.raises(PipelineError):
        verify_url(CHECK, "1.2.3", web, tools(), end=4.0)
    timeouts = [timeout for _, timeout in web.asked]
    assert timeouts[0] == 4.0
    assert timeouts == sorted(timeouts, reverse=True)


def test_a_run_that_is_cancelled_stops_asking() -> None:
    cancellation = Cancellation()
    kit = tools(FakeClock(on_sleep=lambda seconds: cancellation.cancel(15)), cancellation)
    with pytest.raises(Cancelled):
        asked(Answer(404, ""), kit=kit)


def test_a_real_page_that_comes_to_say_so() -> None:
    pages = [Page(404), Page(200, "v1.2.2"), Page(200, "v1.2.3")]

    def script(heard: Heard) -> Page:
        return pages.pop(0)

    with loopback(script) as server:
        check = UrlCheck(url=server.url, text="v{version}")
        assert verify_url(check, "1.2.3", RequestsAsker(), tools(), end=100.0).times == 3
