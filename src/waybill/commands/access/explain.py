"""access explain: may this caller do that here, which statement decides, or which one lacks. Nothing is written."""

from __future__ import annotations

from dataclasses import replace

from waybill.domain.iam.evaluation import evaluate
from waybill.domain.iam.explained import Explained
from waybill.domain.iam.question import Question
from waybill.domain.result import Outcome, Result
from waybill.errors import ExitCode
from waybill.ports.clock import Clock
from waybill.ports.documents import Documents


def explain(question: Question, documents: Documents, clock: Clock) -> Result:
    """Answer a question by the policies of `documents`. The exit code is 0 whatever the answer."""
    started = clock.monotonic()
    asked = question if question.moment else replace(question, moment=clock.now())
    answer = evaluate(asked, documents.about(asked))
    return Result(
        command="access explain",
        outcome=Outcome.ALREADY,
        changed=False,
        exit_code=ExitCode.OK,
        seconds=clock.monotonic() - started,
        body=Explained(question=asked, answer=answer),
    )
