from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waybill.report.units import count, duration, exact_size, listing, percent, rate, size


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (1023, "1023 bytes"),
        (1024, "1.0 KiB"),
        (1536, "1.5 KiB"),
        (1024**2 - 1, "1.0 MiB"),
        (16 * 1024**2, "16.0 MiB"),
        (1024**3 - 1, "1.0 GiB"),
        (5 * 1024**4, "5.0 TiB"),
    ],
)
def test_sizes_are_in_binary_units(number: int, shown: str) -> None:
    assert size(number) == shown


@given(st.integers(0, 5 * 1024**4))
def test_a_size_is_within_a_rounding_of_the_truth(number: int) -> None:
    value, unit = size(number).split()
    factor = {"byte": 1, "bytes": 1, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3, "TiB": 1024**4}[unit]
    assert abs(float(value) * factor - number) <= 0.0501 * factor
    assert len(value) <= 6


def test_an_exact_size_keeps_every_digit() -> None:
    assert exact_size(16777217) == "16.0 MiB (16,777,217 bytes)"
    assert exact_size(7) == "7 bytes"


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (-1.0, "0 ms"),
        (0.0, "0 ms"),
        (0.0421, "42 ms"),
        (0.1, "0.1 s"),
        (1.44, "1.4 s"),
        (59.94, "59.9 s"),
        (59.96, "1 min 0 s"),
        (125.0, "2 min 5 s"),
        (3599.7, "1 h 0 min"),
        (3725.0, "1 h 2 min"),
    ],
)
def test_durations(seconds: float, shown: str) -> None:
    assert duration(seconds) == shown


@given(st.floats(0, 1e6))
def test_a_duration_never_shows_sixty_of_a_unit(seconds: float) -> None:
    assert not re.search(r"\b60(\.0)? (s|min)\b", duration(seconds))


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0, "0.0 kB/s"), (850_000, "850 kB/s"), (4_200_000, "4.2 MB/s"), (310e6, "310 MB/s"), (1.2e9, "1.2 GB/s"),
     (999_600, "1.0 MB/s"), (-5, "0.0 kB/s")],
)  # fmt: skip
def test_rates_are_in_decimal_units(value: float, shown: str) -> None:
    assert rate(value) == shown


def test_a_hundred_percent_is_only_the_whole() -> None:
    assert percent(999_999, 1_000_000) == "99 %"
    assert percent(5, 5) == "100 %"
    assert percent(0, 0) == "100 %"
    assert percent(-3, 10) == "0 %"
    assert percent(30, 10) == "100 %"


def test_counts_and_lists_read_as_english() -> None:
    assert [count(number, "region") for number in (0, 1, 2)] == ["0 regions", "1 region", "2 regions"]
    assert [listing("abc"[:length]) for length in range(4)] == ["", "a", "a and b", "a, b and c"]
    assert listing(f"r{number}" for number in range(34)).endswith("r6 and 27 more")
