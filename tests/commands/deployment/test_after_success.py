"""After success: CloudFront forgets, the page answers, and GitHub is told; what fails of it fails the deploy."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from commands.deployment.stand import PROJECT, Deploys, body_of, no_asker, nobody
from waybill.commands.deploy import Outside
from waybill.commands.deployment.announce import OnDeployments
from waybill.commands.deployment.proof import Prover
from waybill.commands.deployment.task import Announcer
from waybill.domain.deploy.delivery import Delivery
from waybill.domain.request import Request
from waybill.errors import ExitCode, InputError, Unavailable
from waybill.ports.deployments import Record, State
from waybill.ports.http import Answer

URL = "https://www.example.com/version.txt"


@dataclass
class Pages:
    """Answers one after the other; the last one for ever."""

    answers: list[Answer | Unavailable]
    asked: list[str] = field(default_factory=list)

    def get(self, url: str, *, timeout: float) -> Answer:
        self.asked.append(url)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Unavailable):
            raise answer
        return answer


@dataclass
class Told:
    """Implements `ports.Deployments`: remembers."""

    begun: list[dict[str, str]] = field(default_factory=list)
    states: list[tuple[State, str, str]] = field(default_factory=list)

    def begin(self, *, environment: str, what: str, ref: str = "", description: str = "") -> Record | None:
        self.begun.append({"environment": environment, "what": what, "ref": ref, "description": description})
        return Record(id=1, ours=True)

    def status(
        self,
        record: Record | None,
        state: State,
        *,
        description: str = "",
        log_url: str = "",
        environment_url: str = "",
    ) -> None:
        self.states.append((state, description, environment_url))


@pytest.fixture
def stand() -> Deploys:
    stand = Deploys()
    stand.stage("1.0.0")
    return stand


def asking(pages: Pages) -> Outside:
    return Outside(proof=Prover(asker=lambda: pages), announcers=nobody)


def test_the_page_is_asked_until_it_shows_the_version(stand: Deploys) -> None:
    pages = Pages([Unavailable("nobody answers"), Answer(200, "0.9.0"), Answer(503, ""), Answer(200, "it is 1.0.0")])
    result = stand.deploy(version="1.0.0", verify_url=URL, verify_text="is {version}", outside=asking(pages))
    assert result.exit_code is ExitCode.OK
    assert pages.asked == [URL] * 4
    assert "4 times" in body_of(result).url_end


def test_a_page_that_never_does_fails_the_deploy_and_its_event(stand: Deploys) -> None:
    pages = Pages([Answer(200, "0.9.0")])
    result = stand.deploy(version="1.0.0", timeout="2m", verify_url=URL, verify_text="{version}", outside=asking(pages))
    assert result.exit_code is ExitCode.PIPELINE
    assert "verify-url" in str(result.error)
    assert stand.clock.monotonic() < 150
    (event,) = stand.events("1.0.0")
    assert event.end == "Failed"
    assert "verify-url" in event.reason


def test_a_text_without_an_address_is_of_no_use(stand: Deploys) -> None:
    ended = stand.end(version="1.0.0", verify_text="x")
    assert isinstance(ended, InputError)
    assert "verify-text" in str(ended)


def on_github(told: Told) -> Outside:
    def announcer(delivery: Delivery, request: Request, commit: str) -> Announcer:
        return OnDeployments(told, delivery, request, commit)

    return Outside(proof=Prover(asker=no_asker), announcers=announcer)


def test_github_is_told_of_the_beginning_and_of_the_end(stand: Deploys) -> None:
    told = Told()
    page = "https://www.example.com"
    stand.deploy(version="1.0.0", environment="live", environment_url=page, outside=on_github(told))
    (begun,) = told.begun
    assert begun["environment"] == "live"
    assert begun["ref"] == "fedcba9876543210"
    assert f"{PROJECT} 1.0.0" in begun["what"]
    assert [(state, url) for state, _, url in told.states] == [(State.IN_PROGRESS, page), (State.SUCCESS, page)]


def test_github_is_told_of_a_failure(stand: Deploys) -> None:
    told = Told()
    stand.pipe.at(5, stand.pipe.update)
    stand.deploy(version="1.0.0", outside=on_github(told))
    assert told.begun[0]["environment"] == "latest"
    assert told.states[-1][0] is State.FAILURE
