"""The one writer of workflow commands and of plain log text to GitHub's runner.

The runner's rules (actions/runner: `ProcessInvoker`, `OutputManager`, `ActionCommand.TryParseV2` and `TryParse`):

- stdout and stderr are both read line by line; a line ends at LF, CR LF or a lone CR.
- ``::name key=value,key=value::data`` is a command when the line, its leading whitespace trimmed, begins with
  ``::``, a second ``::`` follows, and `name` is registered. In data ``%25``, ``%0D`` and ``%0A`` are unescaped, in
  properties ``%3A`` and ``%2C`` too. The whole property list is trimmed, ``=`` at the head of a value is lost, and
  a property without a value is dropped.
- The older ``##[name key=value;key=value]data`` is a command *anywhere* in a line.
- Both searches follow the collation of en-US, which passes over zero-width and control characters and does not find
  ``::`` before a combining mark. So a zero-width character is no way to break a command up; a space is.
- An issue's message is cut at 4,096 characters and an annotation is shown for the first ten of a kind in a step.

Plain text is neutralised rather than put between ``::stop-commands::`` lines: those are echoed into the log, and a
process killed between them would leave the rest of the step without masks.

Rendering and escaping are `actions_toolkit.command.Command`'s (checked by property tests); its writers are not used:
they print to `sys.stdout` at once, empty properties and empty masks included.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import dropwhile
from typing import TextIO

from actions_toolkit.command import Command

from waybill.redaction import Redactor

_LINE_BREAK = re.compile(r"\r\n|\r|\n")
# Unicode's default-ignorable characters and the control characters: what collation passes over.
_INVISIBLE = (
    "\\x00-\\x08\\x0e-\\x1f\\x7f-\\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff"
)
_COMMAND = re.compile(f"^([\\s{_INVISIBLE}]*:)(?=[{_INVISIBLE}]*:)")
_OLD_COMMAND = re.compile(f"#(?=[{_INVISIBLE}]*#[{_INVISIBLE}]*\\[)")
_LOST_FROM_PROPERTY = re.compile(r"^[\s=]+|\s+$")
_DOTTED_CIRCLE = "\u25cc"


class WorkflowCommands:
    """Writes to the runner, one whole line at a time, under one lock that a signal handler may take again.

    With a `redactor` every text passes through it, and `mask` teaches it. `stream` must be the process's only way
    to the log: what another writer leaves unfinished on a line would hide the command that follows it.
    """

    def __init__(self, stream: TextIO, *, redactor: Redactor | None = None) -> None:
        self._stream = stream
        self._redactor = redactor or Redactor()
        self._lock = threading.RLock()

    def line(self, text: str = "") -> None:
        """Write plain log text of one or more lines, none of which the runner takes as a command."""
        self._write(plain(self._redactor.redact(text)))

    def notice(
        self, message: str, *, title: str | None = None, file: str | None = None, line: int | None = None
    ) -> None:
        """Write a notice annotation. `file` is relative to the repository, `line` counts from 1."""
        self._annotate("notice", message, title, file, line)

    def warning(
        self, message: str, *, title: str | None = None, file: str | None = None, line: int | None = None
    ) -> None:
        """Write a warning annotation. `file` is relative to the repository, `line` counts from 1."""
        self._annotate("warning", message, title, file, line)

    def error(
        self, message: str, *, title: str | None = None, file: str | None = None, line: int | None = None
    ) -> None:
        """Write an error annotation; it does not fail the step. `file` is relative to the repository."""
        self._annotate("error", message, title, file, line)

    def debug(self, message: str) -> None:
        """Write text that the log shows only when the step runs with debug logging."""
        self._command("debug", message)

    def start_group(self, title: str) -> None:
        """Begin a foldable group of lines. Groups do not nest on the runner: an inner one ends the outer."""
        self._command("group", " ".join(title.split()))

    def end_group(self) -> None:
        """End the group that is open."""
        self._command("endgroup", "")

    @contextmanager
    def group(self, title: str) -> Iterator[None]:
        """Fold what is written in the block under `title`; the group ends however the block ends."""
        self.start_group(title)
        try:
            yield
        finally:
            self.end_group()

    def mask(self, value: str) -> None:
        """Tell the runner to show ``***`` for `value`, whole and line by line, and tell the redactor.

        To be called before `value` is first used. Raises `ValueError` for an empty or blank value, for which the
        runner would only warn. For a runner only: anywhere else the command itself would show the value.
        """
        lines = [line for line in _LINE_BREAK.split(value) if line.strip()]
        if not lines:
            raise ValueError("an empty value cannot be masked")
        self._redactor.add(value)
        for part in dict.fromkeys((value, *lines)):
            # A leading combining mark would hide the command from the runner, and show the secret.
            self._write(str(Command("add-mask", {}, "".join(dropwhile(_is_mark, part)))))

    def _annotate(self, name: str, message: str, title: str | None, file: str | None, line: int | None) -> None:
        properties = {"title": title, "file": file, "line": None if line is None else str(line)}
        # An annotation whose message is empty, or begins with a line break, comes out empty.
        self._command(name, message.strip() or "(no message)", properties)

    def _command(self, name: str, data: str, properties: dict[str, str | None] | None = None) -> None:
        kept: dict[str, str] = {}
        for key, given in (properties or {}).items():
            if value := _LOST_FROM_PROPERTY.sub("", self._redactor.redact(given or "")):
                kept[key] = value
        data = self._redactor.redact(data)
        if data and _is_mark(data[0]):
            data = _DOTTED_CIRCLE + data
        self._write(str(Command(name, kept, data)))

    def _write(self, text: str) -> None:
        # File names may hold bytes that are no text (lone surrogates), and a stream may not be UTF-8.
        encoding = getattr(self._stream, "encoding", None) or "utf-8"
        shown = text.encode(encoding, "backslashreplace").decode(encoding)
        with self._lock:
            self._stream.write(f"{shown}\n")
            self._stream.flush()


def plain(text: str) -> str:
    """Return `text` with a space put into whatever the runner could take as a command; the rest is untouched.

    ``::error::x`` at the head of a line becomes ``: :error::x``, and ``##[error]x`` anywhere ``# #[error]x``. Lines
    come back separated by LF.
    """
    return "\n".join(_OLD_COMMAND.sub("# ", _COMMAND.sub(r"\1 ", line)) for line in _LINE_BREAK.split(text))


def _is_mark(character: str) -> bool:
    return unicodedata.category(character).startswith("M")
