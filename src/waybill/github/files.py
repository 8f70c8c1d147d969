"""The files a step writes for GitHub's runner: its outputs and its summary.

The runner's rules for ``GITHUB_OUTPUT`` (actions/runner `EnvFileKeyValuePairs`): UTF-8; a line is ``name=value`` or
``name<<DELIMITER``, whichever sign comes first; the value then runs to the next line that *is* the delimiter. Lines
end at LF. An output that holds a masked string is not passed between jobs.

The runner drops a ``GITHUB_STEP_SUMMARY`` of more than 1 MiB, and the step still passes.

actions-toolkit has no summary, and its `set_output` raises where the file is missing or falls back to the
``::set-output::`` command, which GitHub has switched off.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from enum import Enum
from pathlib import Path

from waybill.errors import Fault, InputError
from waybill.redaction import Redactor

SUMMARY_LIMIT = 1024 * 1024

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
_CUT_HERE = (
    "\n**The summary was cut here, because GitHub drops summaries over 1 MiB. "
    "The whole result is in the step's log and in its output `result`.**\n"
)
_RESERVE = 512
_ADVICE = "GitHub's runner sets it and creates the file. Outside a workflow use the command line: `waybill --help`."


class Written(Enum):
    """What became of a piece of the step summary."""

    WHOLE = "whole"
    CUT = "cut"
    NOWHERE = "nowhere"


class OutputFile:
    """The step's outputs. `path` is ``GITHUB_OUTPUT``; `token` returns an unguessable string at each call."""

    def __init__(
        self,
        path: str | Path | None,
        token: Callable[[], str] = lambda: os.urandom(32).hex(),
        *,
        redactor: Redactor | None = None,
    ) -> None:
        self._path = Path(path) if path else None
        self._token = token
        self._redactor = redactor or Redactor()

    @classmethod
    def from_environ(cls, environ: Mapping[str, str], *, redactor: Redactor | None = None) -> OutputFile:
        """Return the outputs of the step whose environment this is."""
        return cls(environ.get("GITHUB_OUTPUT"), redactor=redactor)

    def check(self) -> None:
        """Raise `InputError` when outputs cannot be written; to be called before anything is touched."""
        _append(self._path, b"", "GITHUB_OUTPUT")

    def set(self, name: str, value: str) -> None:
        """Append one output. Set twice, the later value counts.

        Raises `ValueError` for a name that is not `[A-Za-z_][A-Za-z0-9_-]*`, `InputError` when ``GITHUB_OUTPUT`` is
        unset or cannot be written.
        """
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is not the name of an output")
        value = self._redactor.redact(value)
        delimiter = self._delimiter(name, value)
        _append(self._path, _encoded(f"{name}<<{delimiter}\n{value}\n{delimiter}\n"), "GITHUB_OUTPUT")

    def _delimiter(self, name: str, value: str) -> str:
        for _ in range(100):
            delimiter = f"waybill_{self._token()}"
            if delimiter not in value and delimiter not in name:
                return delimiter
        raise ValueError("the token source repeats itself")


class SummaryFile:
    """The step's summary, Markdown. `path` is ``GITHUB_STEP_SUMMARY``, or None where there is no summary."""

    def __init__(
        self, path: str | Path | None, *, redactor: Redactor | None = None, limit: int = SUMMARY_LIMIT
    ) -> None:
        self._path = Path(path) if path else None
        self._redactor = redactor or Redactor()
        self._limit = limit
        self._full = False

    @classmethod
    def from_environ(cls, environ: Mapping[str, str], *, redactor: Redactor | None = None) -> SummaryFile:
        """Return the summary of the step whose environment this is."""
        return cls(environ.get("GITHUB_STEP_SUMMARY"), redactor=redactor)

    def write(self, markdown: str) -> Written:
        """Append `markdown`; the file, with what is in it already, never grows past `limit` bytes.

        What does not fit is cut at the end of a line, open code blocks and `<details>` are closed, and a last
        sentence says so; after that nothing more is written. NOWHERE when there is no summary file. Raises
        `InputError` when there is one that cannot be written.
        """
        if self._path is None:
            return Written.NOWHERE
        if self._full:
            return Written.CUT
        data = _encoded(self._redactor.redact(markdown))
        if not data.endswith(b"\n"):
            data += b"\n"
        room = self._limit - _size(self._path) - 1  # one for the line end that may be missing in front
        if len(data) <= room - _RESERVE:
            _append(self._path, data, "GITHUB_STEP_SUMMARY")
            return Written.WHOLE
        self._full = True
        kept = data[: data.rfind(b"\n", 0, max(room - _RESERVE, 0)) + 1]
        ending = (_closed(kept.decode("utf-8")) + _CUT_HERE).encode("utf-8")
        if len(ending) > _RESERVE:
            ending = _CUT_HERE.encode("utf-8")
        if len(kept) + len(ending) <= room:
            _append(self._path, kept + ending, "GITHUB_STEP_SUMMARY")
        return Written.CUT


def _closed(markdown: str) -> str:
    """Return what closes the code block and the `<details>` left open, so that what follows can be seen."""
    fence = ""
    depth = 0
    for line in markdown.split("\n"):
        mark = _FENCE.match(line)
        if fence:
            if mark and mark[1].startswith(fence) and not mark[2].strip():
                fence = ""
        elif mark:
            fence = mark[1]
        else:
            depth += line.count("<details") - line.count("</details>")
    return (f"{fence}\n" if fence else "") + "</details>\n" * max(depth, 0)


def _append(path: Path | None, data: bytes, variable: str) -> None:
    if path is None:
        raise InputError([Fault(variable, "", "is not set.")], _ADVICE)
    try:
        with path.open("ab+") as file:
            if data and file.seek(0, 2):
                file.seek(-1, 2)
                data = data if file.read(1) == b"\n" else b"\n" + data
            file.write(data)
    except OSError as error:
        rule = f"must be a file that can be written ({error.strerror or error})."
        raise InputError([Fault(variable, str(path), rule)], _ADVICE) from error


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0  # not there yet, or `_append` will say what is wrong


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")
