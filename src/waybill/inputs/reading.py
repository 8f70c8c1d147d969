"""Reads texts into typed values and collects every fault on the way (P10)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import TypeVar

from waybill.errors import Fault
from waybill.inputs.spec import Input

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

_FLAGS = {"true": True, "false": False}


class Reading:
    """The inputs of one run as texts; empty is unset. What cannot be read becomes a fault and the fallback."""

    def __init__(self, table: Sequence[Input], values: Mapping[str, str]) -> None:
        self._table = {item.name: item for item in table}
        self._values = {name: value for name, value in values.items() if value.strip()}
        self.faults: list[Fault] = []

    def has(self, name: str) -> bool:
        """Whether the table has this input at all."""
        return name in self._table

    def given(self, name: str) -> str | None:
        """Return what was given, None where nothing was."""
        return self._values.get(self._table[name].name)

    def text(self, name: str) -> str:
        """Return what was given, else the default."""
        given = self.given(name)
        return self._table[name].default if given is None else given

    def fault(self, name: str, rule: str, *, value: str | None = None) -> None:
        """Say that an input breaks a rule; `value` where only a part of the input does."""
        item = self._table[name]
        shown = (self.given(name) or "") if value is None else value
        self.faults.append(Fault(name, "" if item.secret else shown, rule, item.example or item.default))

    def adopt(self, name: str, faults: Iterable[Fault]) -> None:
        """Take faults of one input that somebody else found, with the table's example where they have none."""
        item = self._table[name]
        self.faults += [fault if fault.example else replace(fault, example=item.example) for fault in faults]

    def require(self, *names: str) -> None:
        """Say of each input that is not given, and of which nothing is said yet, that it is missing."""
        told = {fault.name for fault in self.faults}
        for name in names:
            if self.given(name) is None and name not in told:
                self.fault(name, "is missing.")

    def flag(self, name: str) -> bool:
        """Read `true` or `false`."""
        text = self.text(name).strip().lower()
        if text not in _FLAGS:
            self.fault(name, "must be `true` or `false`.")
        return _FLAGS.get(text, False)

    def parsed(self, name: str, parse: Callable[[str], T]) -> T | None:
        """Return what `parse` makes of the text; None where nothing is given, or where it raises `ValueError`."""
        text = self.text(name)
        if not text:
            return None
        try:
            return parse(text)
        except ValueError as error:
            self.fault(name, str(error))
            return None

    def checked(self, name: str, good: Callable[[str], bool], rule: str) -> str:
        """Return the text, with a fault where it is given and is not good."""
        text = self.text(name)
        if text and not good(text):
            self.fault(name, rule)
        return text

    def in_order(self) -> list[Fault]:
        """Return the faults in the order of the table."""
        order = {name: number for number, name in enumerate(self._table)}
        return sorted(self.faults, key=lambda fault: order.get(fault.name, len(order)))


def one_of(kind: type[E]) -> Callable[[str], E]:
    """Return what reads one of the words of an enum."""

    def parse(text: str) -> E:
        try:
            return kind(text.strip())
        except ValueError as error:
            raise ValueError(f"must be one of {', '.join(f'`{item.value}`' for item in kind)}.") from error

    return parse
