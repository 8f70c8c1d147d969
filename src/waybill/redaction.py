"""Known secret values, and their removal from any text the process is about to show (P9).

GitHub's runner masks what it was told to mask, but only in the log, and only on a runner. The redactor works
everywhere: on a terminal, in a result document, in a summary file, in the traceback of a bug.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Mapping
from typing import Any, TextIO, cast
from urllib.parse import quote

SHOWN = "***"
SHORTEST = 4
"""Characters of a value that is known to be secret because somebody said so."""

SHORTEST_GUESSED = 8
"""Characters of a value that is taken for a secret by its variable's name: `POSTGRES_PASSWORD=test` hides no word."""

PLAIN = frozenset(
    {
        *("command", "outcome", "project", "version", "sha256", "channel", "parameter", "region", "account"),
        *("bucket", "key", "version_id", "uri"),
    }
)
"""Fields of a document for machines that are never secret, and useless where they are altered."""

_SECRET_ENDINGS = ("_TOKEN", "_SECRET_ACCESS_KEY", "_PASSWORD")


class Redactor:
    """Replaces known secret values by ``***``. One for the process; safe to use from several threads.

    A value is also found as it looks inside JSON, inside `repr()` and in a URL, and line by line where it has
    several lines. Values of fewer than four characters are not replaced: they would make every text unreadable,
    and a secret that short is none.
    """

    def __init__(self, values: Iterable[str] = ()) -> None:
        self._lock = threading.Lock()
        self._needles: tuple[str, ...] = ()
        for value in values:
            self.add(value)

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Redactor:
        """Return a redactor that knows the secrets a runner and an AWS client keep in the environment.

        That is every variable whose name ends in ``_TOKEN``, ``_SECRET_ACCESS_KEY`` or ``_PASSWORD``, of at least
        eight characters.
        """
        redactor = cls()
        for name, value in environ.items():
            if name.upper().endswith(_SECRET_ENDINGS):
                redactor.add(value, shortest=SHORTEST_GUESSED)
        return redactor

    def add(self, value: str, *, shortest: int = SHORTEST) -> bool:
        """Replace `value` from now on. False, and nothing changes, when it is too short to be replaced."""
        found = _spellings(value, shortest)
        with self._lock:
            self._needles = tuple(sorted(found.union(self._needles)))
        return bool(found)

    def redact(self, text: str) -> str:
        """Return `text` with every known secret replaced; secrets that overlap are replaced as one."""
        spans: list[tuple[int, int]] = []
        for needle in self._needles:
            start = text.find(needle)
            while start >= 0:
                spans.append((start, start + len(needle)))
                start = text.find(needle, start + 1)
        pieces: list[str] = []
        end = 0
        for start, stop in sorted(spans):
            if start > end or not pieces:
                pieces += (text[end:start], SHOWN)
            end = max(end, stop)
        return "".join((*pieces, text[end:]))

    def document(self, value: Any, plain: frozenset[str] = PLAIN) -> Any:
        """Return a JSON document with every text redacted, but those whose fields are `plain`."""
        if isinstance(value, str):
            return self.redact(value)
        if isinstance(value, dict):
            return {name: one if name in plain else self.document(one, plain) for name, one in value.items()}
        return [self.document(one, plain) for one in value] if isinstance(value, list) else value

    def result(self, document: dict[str, Any]) -> dict[str, Any]:
        """Return a result document fit to be shown.

        Without a key nothing was planned, and its fields may be inputs that were refused: then none of them is plain.
        """
        shown: dict[str, Any] = self.document(document, PLAIN if document["key"] else frozenset())
        return shown

    def traceback_of(self, error: BaseException) -> str:
        """Return the whole traceback of `error`, its causes included, without any known secret."""
        import traceback  # noqa: PLC0415 - needed for a bug only

        return self.redact("".join(traceback.format_exception(error)))

    def __repr__(self) -> str:
        return f"<Redactor of {len(self._needles)} spellings>"


def _spellings(value: str, shortest: int) -> set[str]:
    """Return the ways in which `value` may appear in a text: itself, its lines, quoted for JSON, Python and URLs."""
    plain = {value, value.strip(), *(line.strip() for line in value.splitlines())}
    spellings: set[str] = set()
    for one in plain:
        if len(one.strip()) < shortest:
            continue
        spellings.add(one)
        spellings.add(json.dumps(one)[1:-1])
        spellings.add(json.dumps(one, ensure_ascii=False)[1:-1])
        spellings.add(repr(one)[1:-1])
        spellings.add(quote(one, safe="", errors="backslashreplace"))
        spellings.add(quote(one, safe="/", errors="backslashreplace"))
    return spellings


def redacted(stream: TextIO, redactor: Redactor) -> TextIO:
    """Return `stream`, with every text that is written to it redacted."""
    return cast("TextIO", _Redacted(stream, redactor))


class _Redacted:
    """Writes through a redactor; is the other stream in everything else."""

    def __init__(self, stream: TextIO, redactor: Redactor) -> None:
        self._stream = stream
        self._redactor = redactor

    def write(self, text: str) -> int:
        """Write `text` without the secrets in it."""
        return self._stream.write(self._redactor.redact(text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
