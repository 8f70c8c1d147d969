"""An answer as the body of a result document. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from waybill.domain.iam.answers import Answer, Outcome
from waybill.domain.iam.question import Question
from waybill.domain.iam.unread import Unread, lost
from waybill.domain.iam.words import because


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A question of access, and its answer. `notes` are sentences on what was met while policies were read."""

    question: Question
    answer: Answer
    unread: tuple[Unread, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def because(self) -> str:
        """Why the answer is what it is; where it hangs on what could not be read, why that is so, too."""
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
            "allowed": answer.outcome.allowed,
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
        }
