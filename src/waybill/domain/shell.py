"""Words of command lines that people paste into a shell. Pure."""

from __future__ import annotations

import shlex


def blank(name: str, what: str) -> str:
    """Return what stands for a value that only a person knows: a shell stops there, and says what to give.

    A word in capitals would do as well for people, but AWS takes it for a value.
    """
    return f'"${{{name}:?give {what}}}"'


def quoted(text: str, **blanks: str) -> str:
    """Return a text as one word, in which names stand for blanks: `quoted("Key=KEY", KEY="the ARN of a key")`."""
    word = shlex.quote(text)
    for name, what in blanks.items():
        whole = blank(name, what)
        word = word.replace(name, f"'{whole}'") if word.startswith("'") else word.replace(name, whole)
    return word
