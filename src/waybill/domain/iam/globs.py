"""Matches wildcards in one pass over the text, however many there are: policies are other people's text. Pure.

A regular expression with several `.*` tries every way to part a text among them: ten stars take minutes, and no signal
is heard meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum


class Piece(Enum):
    """What a place of a pattern takes. ONE, MANY: one character, or any number of them; WITHIN: of no colon."""

    ONE = "?"
    ONE_WITHIN = "? within"
    MANY = "*"
    MANY_WITHIN = "* within"


@dataclass(slots=True)
class Glob:
    """A pattern as an automaton: bit n of a state says that the first n single places are matched.

    `singles` has, for a character, the places that it fits; `ones` those that every character fits, `ones_within` every
    one but the colon. `loops`, `loops_within` are the states in which any number of characters may be passed over.
    """

    length: int = 0
    singles: dict[str, int] = field(default_factory=dict)
    ones: int = 0
    ones_within: int = 0
    loops: int = 0
    loops_within: int = 0

    @classmethod
    def of(cls, pieces: Iterable[Piece | str]) -> Glob:
        """Return the automaton of a pattern; a text of one character stands for itself."""
        made = cls()
        for piece in pieces:
            bit = 1 << made.length
            match piece:
                case Piece.MANY:
                    made.loops |= bit
                    continue
                case Piece.MANY_WITHIN:
                    made.loops_within |= bit
                    continue
                case Piece.ONE:
                    made.ones |= bit
                case Piece.ONE_WITHIN:
                    made.ones_within |= bit
                case _:
                    made.singles[piece] = made.singles.get(piece, 0) | bit
            made.length += 1
        return made

    def matches(self, text: str) -> bool:
        """Tell whether the pattern is all of a text."""
        state = 1
        for character in text:
            fits, stays = self.ones | self.singles.get(character, 0), self.loops
            if character != ":":
                fits, stays = fits | self.ones_within, stays | self.loops_within
            state = (state & fits) << 1 | (state & stays)
            if not state:
                return False
        return bool(state >> self.length & 1)
