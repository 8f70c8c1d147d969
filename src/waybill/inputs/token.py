"""The input `github-token`."""

from __future__ import annotations

import re

from waybill.inputs.reading import Reading

_TOKEN = re.compile(r"[\x21-\x7e]+")


def read_token(reading: Reading) -> None:
    """Tell whether the token can be one, without showing it; whoever asks GitHub takes it from the values.

    What cannot stand in a header would end in an error that shows it.
    """
    reading.checked("github-token", lambda text: bool(_TOKEN.fullmatch(text.strip())), "must be one word of ASCII.")
