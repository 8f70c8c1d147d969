"""The file's text, or one message that says why there is none."""

from __future__ import annotations

from pathlib import Path

from waybill.errors import Fault, InputError

LARGEST = 256 * 1024
"""Bytes. An organisation of a hundred accounts needs a tenth of it, and PyYAML reads about 200 kB a second."""

MAKE_ONE = "`waybill setup init` writes one, and --config names one that is elsewhere."


def read_text(path: Path, *, advice: str = MAKE_ONE, by: str = "setup") -> str:
    """Return what the file says. Raises `InputError`, with `advice` on how to get a file; `by` is who reads it."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except FileNotFoundError as error:
        raise _refused(path, "does not exist.", advice) from error
    except IsADirectoryError as error:
        raise _refused(path, "is a directory, and must be a file.", advice) from error
    except OSError as error:
        raise _refused(path, f"cannot be read: {error.strerror or error}.", advice) from error
    if len(data) > LARGEST:
        raise _refused(path, f"has more than {LARGEST // 1024} kB: this is no file that {by} reads.", advice)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _refused(path, f"is not UTF-8: line {line} has the byte 0x{data[error.start]:02x}.", "") from error
    if not text.strip():
        raise _refused(path, "is empty.", advice)
    return text


def _refused(path: Path, rule: str, advice: str) -> InputError:
    return InputError([Fault("config", str(path), rule)], advice)
