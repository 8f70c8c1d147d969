"""What a stream can show: symbols or ASCII, colour or none; and text from outside made harmless for a terminal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TextIO

SYMBOLS = "✓✗–→·…"

_RESET = "\x1b[0m"


def clean(text: str) -> str:
    """Return text in which whatever does not print is spelled out (`\\x1b`), so that it cannot drive a terminal.

    Line ends stay. So escape sequences, direction marks, zero-width characters and lone surrogates all become visible.
    """
    text = text.replace("\r\n", "\n")
    return text if text.isprintable() else text.translate(_Spelling())


class _Spelling(dict[int, str]):
    """What each character is written as, found once a character."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if character == "\t":
            spelled = " "
        elif character.isprintable() or character == "\n":
            spelled = character
        else:
            spelled = character.encode("unicode_escape").decode("ascii")
        self[code] = spelled
        return spelled


def one_line(text: str, limit: int = 1000) -> str:
    """Return clean text on one line, cut at `limit` characters."""
    return cut(" ".join(clean(text).split()), limit)


def cut(text: str, limit: int) -> str:
    """Return the text, or its beginning and how much is missing."""
    return text if len(text) <= limit else f"{text[:limit]} (and {len(text) - limit} characters more)"


@dataclass(frozen=True, slots=True)
class Ink:
    """How to draw on one stream."""

    symbols: bool = True
    colour: bool = False
    encoding: str = "utf-8"

    @classmethod
    def of(cls, stream: TextIO, *, colour: bool = False) -> Ink:
        """Return the ink for a stream: ASCII where its encoding lacks our few symbols."""
        encoding = getattr(stream, "encoding", None) or "utf-8"
        try:
            SYMBOLS.encode(encoding)
        except (UnicodeEncodeError, LookupError):
            return cls(symbols=False, colour=colour, encoding=encoding)
        return cls(symbols=True, colour=colour, encoding=encoding)

    @property
    def arrow(self) -> str:
        """From before to after."""
        return "→" if self.symbols else "->"

    @property
    def dot(self) -> str:
        """Between things in one line."""
        return "·" if self.symbols else "|"

    @property
    def good(self) -> str:
        """The mark of what is as it should be."""
        return "✓" if self.symbols else "ok"

    @property
    def bad(self) -> str:
        """The mark of what is not."""
        return "✗" if self.symbols else "x "

    @property
    def idle(self) -> str:
        """The mark of what was not begun."""
        return "–" if self.symbols else "- "

    def green(self, text: str) -> str:
        """What went well."""
        return self._paint(text, "32")

    def red(self, text: str) -> str:
        """What failed."""
        return self._paint(text, "31")

    def yellow(self, text: str) -> str:
        """What to look at."""
        return self._paint(text, "33")

    def bold(self, text: str) -> str:
        """What to read first."""
        return self._paint(text, "1")

    def dim(self, text: str) -> str:
        """What to read last."""
        return self._paint(text, "2")

    def encodable(self, text: str) -> str:
        """Return text that the stream can write: what it lacks is spelled out."""
        return text.encode(self.encoding, "backslashreplace").decode(self.encoding)

    def _paint(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}{_RESET}" if self.colour and text else text
