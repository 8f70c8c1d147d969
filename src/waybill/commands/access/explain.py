"""access explain: may this caller do that here, which statement decides, or which one lacks. Nothing is written."""

from __future__ import annotations

from dataclasses import replace

from waybill.domain.iam.answers import Answer
from waybill.domain.iam.answers import Outcome as Says
from waybill.domain.iam.assumed import key_not_asked
from waybill.domain.iam.evaluation import evaluate
from waybill.domain.iam.explained import Explained
from waybill.domain.iam.question import Policies, Question
from waybill.domain.result import Outcome, Result
from waybill.errors import ExitCode
from waybill.ports.clock import Clock
from waybill.ports.documents import Documents, Found


def explain(question: Question, documents: Documents, clock: Clock) -> Result:
    """Answer a question by the policies of `documents`. The exit code is 0 whatever the answer.

    Raises the `WaybillError` that let nothing be read, where nothing is decided all the same.
    """
    started = clock.monotonic()
    asked = question if question.moment else replace(question, moment=clock.now())
    found = documents.about(asked)
    body = _explained(found)
    if found.error is not None and body.outcome is Says.DEPENDS:
        raise found.error
    return Result(
        command="access explain",
        outcome=Outcome.ALREADY,
        changed=False,
        exit_code=ExitCode.OK,
        seconds=clock.monotonic() - started,
        body=body,
    )


def _explained(found: Found) -> Explained:
    answer = _answer(found)
    return Explained(
        question=found.question,
        answer=replace(answer, assumed=(*answer.assumed, *found.assumed)),
        unread=(*found.policies.unread, *found.open),
        notes=found.notes,
        also=tuple(map(_explained, found.also)),
        when=found.when,
    )


def _answer(found: Found) -> Answer:
    answer = evaluate(found.question, found.policies)
    if found.nothing:
        # Policies may name what is not there; nobody can come to it, and a statement would be for nothing.
        rule = " ".join(found.nothing)
        return replace(answer, outcome=Says.DENIED, rule=rule, deciding=(), depends=(), missing=(), near=())
    if found.open and answer.outcome is Says.ALLOWED:
        return replace(answer, outcome=Says.DEPENDS, depends=tuple(one.unknown for one in found.open))
    return answer


class GivenDocuments:
    """Implements `ports.Documents` with policies that were given: there are no others."""

    def __init__(self, policies: Policies) -> None:
        self._policies = policies

    def about(self, question: Question) -> Found:
        """Return them, whatever the question."""
        return Found(question=question, policies=self._policies, assumed=key_not_asked(question))
