"""An answer as the body of a result document. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from waybill.domain.iam.answers import Answer
from waybill.domain.iam.question import Question
from waybill.domain.iam.words import because


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A question of access, and its answer."""

    question: Question
    answer: Answer

    def to_json(self) -> dict[str, Any]:
        """Return the members that the result document has more. `allowed` is null where it depends."""
        answer, question = self.answer, self.question
        return {
            "allowed": answer.outcome.allowed,
            "because": because(answer),
            "principal": question.request.caller or question.request.provider,
            "action": question.action,
            "resource": question.resource,
            "account": question.account,
            "deciding": [each.to_json() for each in answer.deciding],
            "missing": [each.to_json() for each in answer.missing],
            "depends_on": [each.to_json() for each in answer.depends],
            "near": [each.to_json() for each in answer.near],
            "assumed": list(answer.assumed),
            "policies": [
                {
                    "policy": each.document.kind.value,
                    "name": each.document.name,
                    "account": each.document.account,
                    "says": each.says,
                    "statements": [statement.number for statement in each.by],
                }
                for each in answer.looked
            ],
        }
