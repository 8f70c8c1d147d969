"""A stream that secrets do not pass (P9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TextIO, cast

if TYPE_CHECKING:
    from waybill.github.secrets import Redactor


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
