"""Hypothesis strategies for what the domain is made of."""

from __future__ import annotations

import string
from base64 import b64encode

from hypothesis import strategies as st

from waybill.domain.digests import Digests
from waybill.domain.versions import Version
from waybill.domain.waybill import Origin, Subject, Waybill

ALPHANUMERIC = string.ascii_letters + string.digits + "-"

numbers = st.integers(0, 3) | st.integers(0, 10**20)
_numeric = numbers.map(str)
_word = st.text(ALPHANUMERIC, min_size=1, max_size=6)
_pre = _numeric | _word.filter(lambda word: not word.isdigit()) | st.sampled_from(["alpha", "beta", "rc", "-", "0a"])
pre_parts = st.lists(_pre, max_size=4)
build_parts = st.lists(_word | st.sampled_from(["001", "sha-5114f85"]), max_size=3)


def joined(core: tuple[int, int, int], pre: list[str], build: list[str]) -> str:
    """Return the version that these make."""
    text = ".".join(map(str, core))
    return text + (f"-{'.'.join(pre)}" if pre else "") + (f"+{'.'.join(build)}" if build else "")


cores = st.tuples(numbers, numbers, numbers)
version_texts = st.builds(joined, cores, pre_parts, build_parts)
versions = version_texts.map(Version)
near_versions = st.builds(
    joined, st.tuples(*[st.integers(0, 2)] * 3), st.lists(st.sampled_from("ab01"), max_size=2), st.just([])
).map(Version)

projects = st.text(string.ascii_letters + string.digits + "_.-", min_size=1, max_size=20).filter(
    lambda text: text not in {".", ".."}
)
channels = st.from_regex(r"[a-z][a-z0-9-]{1,12}", fullmatch=True)

printable = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)
keys = printable.map(str.strip).filter(
    lambda text: text != "" and "=" not in text and not text.startswith("startifact:")
)
metadata = st.dictionaries(keys, printable, max_size=4)

digests = st.builds(
    Digests,
    st.text("0123456789abcdef", min_size=64, max_size=64),
    st.binary(min_size=8, max_size=8).map(lambda raw: b64encode(raw).decode()),
    st.integers(0, 5 * 1024**4),
)
subjects = st.builds(
    Subject,
    project=projects,
    version=versions,
    digests=digests,
    media_type=st.sampled_from(["application/zip", "application/octet-stream"]),
    file_name=st.none() | printable,
    metadata=metadata,
)
origins = st.builds(Origin, repository=printable, commit=printable, actor=printable, run_id=st.integers(0).map(str))
links = st.dictionaries(st.sampled_from(["sha256", "account", "staged_at"]), printable, min_size=1)
waybills = st.builds(
    Waybill,
    subject=subjects,
    built_from=origins,
    staged_at=st.just("2026-01-31T12:00:00Z"),
    chain=st.lists(links, max_size=2).map(tuple),
)
