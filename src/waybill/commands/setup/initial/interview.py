"""Asks one question after another, each until its answer keeps the rules of the file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from waybill.errors import Fault
from waybill.ports.asker import Asker

Place = tuple[str | int, ...]
Rules = Callable[[Mapping[str, Any], Place, bool], Sequence[Fault]]
"""Returns the faults of one place of an unfinished file; with True, of what stands below it, too."""

NONE = "-"
"""What a person types who wants none where there is a default."""


@dataclass(slots=True)
class Interview:
    """`file` grows by every answer."""

    asker: Asker
    rules: Rules
    file: dict[str, Any] = field(default_factory=dict)

    def put(self, place: Sequence[str], value: Any) -> None:
        """Put a value into the file; None takes it away."""
        inner = self.file
        for key in place[:-1]:
            inner = inner.setdefault(key, {})
        if value is None:
            inner.pop(place[-1], None)
        else:
            inner[place[-1]] = value

    def text(self, question: str, place: Sequence[str], default: str = "", *, read: Callable[[str], Any] = str) -> str:
        """Ask for a text and put what `read` makes of it in its place; nothing is put for none."""
        return self._until_good(question, place, default, read)

    def unless(self, question: str, place: Sequence[str], usual: str) -> str:
        """Ask for a text, which is not put where it is what the file means anyway."""
        return self._until_good(question, place, usual, lambda answer: None if answer == usual else answer)

    def words(self, question: str, place: Sequence[str], default: str = "") -> str:
        """Ask for a list, parted by commas."""

        def split(answer: str) -> list[str]:
            return list(dict.fromkeys(filter(None, (word.strip() for word in answer.split(",")))))

        return self._until_good(question, place, default, split)

    def name(self, question: str, part: str, default: str = "") -> str:
        """Ask for a name in a part of the file, and make room for what is below it; empty for none."""
        while True:
            answer = self._asked(question, default)
            if not answer:
                return ""
            if answer in self.file.get(part, {}):
                self.asker.tell(f"  {answer} is there already.")
                continue
            self.put((part, answer), {})
            faults = self.rules(self.file, (part, answer), False)
            if not faults:
                return answer
            del self.file[part][answer]
            if not self.file[part]:
                del self.file[part]
            self._tell(faults)

    def _until_good(self, question: str, place: Sequence[str], default: str, read: Callable[[str], Any]) -> str:
        while True:
            answer = self._asked(question, default)
            self.put(place, read(answer) if answer else None)
            faults = self.rules(self.file, tuple(place), True)
            if not faults:
                return answer
            self.put(place, None)
            self._tell(faults)

    def _asked(self, question: str, default: str) -> str:
        answer = self.asker.ask(question, default)
        return "" if answer == NONE else answer

    def _tell(self, faults: Sequence[Fault]) -> None:
        for fault in faults:
            example = f" For example: {fault.example}" if fault.example else ""
            self.asker.tell(f"  That {fault.rule}{example}")
