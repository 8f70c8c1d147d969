"""A web that answers as a test says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from waybill.errors import Unavailable
from waybill.ports.http import Answer


@dataclass(slots=True)
class FakeAsker:
    """Implements `ports.http.Asker`: one answer after the other, the last for ever. `asked` are address and timeout."""

    answers: list[Answer | Unavailable]
    asked: list[tuple[str, float]] = field(default_factory=list)

    @classmethod
    def saying(cls, answers: Iterable[Answer | Unavailable]) -> FakeAsker:
        """Return a web of these answers."""
        return cls(list(answers))

    def get(self, url: str, *, timeout: float) -> Answer:
        """Return the next answer."""
        self.asked.append((url, timeout))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Unavailable):
            raise answer
        return answer
