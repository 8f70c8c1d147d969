"""An answer as the body of a result document. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from waybill.domain.iam.actions import doubt
from waybill.domain.iam.answers import Answer, Outcome
from waybill.domain.iam.question import Question
from waybill.domain.iam.unread import Unread, lost
from waybill.domain.iam.words import because


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A question of access, and its answer. `notes` are sentences on what was met while policies were read.

    `also` are the questions that AWS asks beside it, of a key. One with `when` is asked of that alone; the others must
    be allowed, too.
    """

    question: Question
    answer: Answer
    unread: tuple[Unread, ...] = ()
    notes: tuple[str, ...] = ()
    also: tuple[Explained, ...] = ()
    when: str = ""

    @property
    def outcome(self) -> Outcome:
        """Whether the caller may, over everything that is asked."""
        said = [self.answer.outcome, *(one.outcome for one in self.also if not one.when)]
        return next((each for each in (Outcome.DENIED, Outcome.DEPENDS) if each in said), Outcome.ALLOWED)

    @property
    def because(self) -> str:
        """Why the answer is what it is, over everything that is asked."""
        doubted = doubt(self.question.action)
        return f"{self._because} {doubted}" if doubted else self._because

    @property
    def _because(self) -> str:
        outcome = self.outcome
        if outcome is Outcome.ALLOWED:
            return " ".join([self.of_itself, *filter(None, (one.beside for one in self.also))])
        if self.answer.outcome is outcome:
            return self.of_itself
        told = [one for one in self.also if not one.when and one.outcome is outcome]
        return " ".join(f"{one.of_itself} {one.asked}" for one in told)

    @property
    def asked(self) -> str:
        """What is asked beside another question, in a sentence."""
        whole = f", of {self.when}" if self.when else ""
        return f"S3 asks this of the key, too{whole}: {self.question.action} on {self.question.resource}."

    @property
    def beside(self) -> str:
        """What is said of it where all that another question needs is allowed; empty where there is nothing to say."""
        if not self.when:
            return f"{self.question.action} on its key: {self.of_itself}"
        return "" if self.outcome is Outcome.ALLOWED else f"But not {self.when}. {self.of_itself} {self.asked}"

    @property
    def of_itself(self) -> str:
        """Why the answer to the question itself is what it is; where that hangs on what was not read, why, too."""
        hangs_on = {each.about for each in self.answer.depends}
        unread = lost(one for one in self.unread if str(one) in hangs_on)
        if self.answer.outcome is not Outcome.DEPENDS or not unread:
            return because(self.answer)
        policies = " and ".join(one.policies for one in unread)
        other = tuple(each for each in self.answer.depends if not each.unread)
        rest = f" {because(replace(self.answer, depends=other))}" if other else ""
        why = " ".join(dict.fromkeys(one.why for one in unread if one.why))
        return f"It depends on {policies}, which could not be read. {why}{rest}".rstrip()

    def to_json(self) -> dict[str, Any]:
        """Return the members that the result document has more. `allowed` is null where it depends."""
        answer, question = self.answer, self.question
        return {
            "allowed": self.outcome.allowed,
            "because": self.because,
            "principal": question.request.caller or question.request.provider,
            "action": question.action,
            "resource": question.resource,
            "account": question.account,
            "deciding": [each.to_json() for each in answer.deciding],
            "missing": [each.to_json() for each in answer.missing],
            "depends_on": [each.to_json() for each in answer.depends],
            "near": [each.to_json() for each in answer.near],
            "assumed": list(answer.assumed),
            "unread": [each.to_json() for each in self.unread],
            "notes": list(self.notes),
            "policies": [
                {
                    "policy": each.document.kind.value,
                    "name": each.document.title,
                    "account": each.document.account,
                    "says": each.says,
                    "statements": [statement.number for statement in each.by],
                }
                for each in answer.looked
            ],
            "also": [one.to_json() | {"when": one.when or None} for one in self.also],
        }
