"""Policies from files, each as a document or one fault of its input for everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from waybill.domain.iam.documents import Document, Kind
from waybill.domain.iam.grammar import faults_of, unwrapped
from waybill.inputs.reading import Reading

LARGEST = 64 * 1024
"""Bytes. The largest policy that AWS keeps, a key's, has 32 kB."""


def read_documents(
    reading: Reading, name: str, kind: Kind, folder: Path, *, account: str, texts: Iterable[str] | None = None
) -> tuple[Document, ...]:
    """Return the documents in the files that an input names, one a line; or those of `texts`."""
    lines = reading.text(name).splitlines() if texts is None else texts
    found = []
    for file in filter(None, map(str.strip, lines)):
        text = _text(reading, name, kind, folder / file, file)
        if text is not None:
            found.append(Document(kind=kind, text=text, name=file, account=account))
    return tuple(found)


def _text(reading: Reading, name: str, kind: Kind, path: Path, shown: str) -> str | None:
    """Return a file's policy; None where there is a fault, which is told."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise ValueError(f"has more than {LARGEST // 1024} kB: AWS keeps no such policy.")
        text = _policy(data)
    except OSError as error:
        reading.fault(name, f"cannot be read: {error.strerror or error}.", value=shown)
        return None
    except ValueError as error:
        reading.fault(name, str(error), value=shown)
        return None
    wrong = list(faults_of(text, kind))
    for rule in wrong:
        reading.fault(name, rule, value=shown)
    return None if wrong else text


def _policy(data: bytes) -> str:
    try:
        return unwrapped(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ValueError("is not UTF-8.") from None
    except (ValueError, RecursionError) as error:
        raise ValueError(f"is no JSON: {error}.") from error
