"""Several reasons become one error: the lowest code, every text, every fault once."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from waybill.commands.together import together
from waybill.errors import (
    AccessDenied,
    ArtifactError,
    Cancelled,
    ConflictError,
    Fault,
    IdentityError,
    InputError,
    Unavailable,
    WaybillError,
    exit_code_of,
    lowest,
)

MAKERS: dict[str, Callable[[str], WaybillError]] = {
    "input": lambda text: InputError([Fault("path", text, "is wrong.", "x")]),
    "denied": lambda text: AccessDenied(text, action="s3:GetObject", resource="arn"),
    "identity": IdentityError,
    "artifact": ArtifactError,
    "conflict": ConflictError,
    "unavailable": Unavailable,
    "bug": WaybillError,
    "cancelled": lambda text: Cancelled(text, signal_number=15),
}
errors = st.lists(st.tuples(st.sampled_from(sorted(MAKERS)), st.sampled_from(["one", "two", "three"])), min_size=1)


@given(errors)
def test_the_lowest_code_and_every_text(planned: list[tuple[str, str]]) -> None:
    several = [MAKERS[kind](f"{kind} {text}") for kind, text in planned]
    before = [str(error) for error in several]

    one = together(several)

    assert exit_code_of(one) == lowest(several)
    said = str(one)
    for kind, text in planned:
        assert f"{kind} {text}" in said or isinstance(one, Cancelled)
    assert [str(error) for error in several] == before


def test_a_fault_that_several_regions_have_is_told_once() -> None:
    fault = Fault("kms-key", "", "is needed.", "x")
    one = together([InputError([fault]), InputError([fault, Fault("path", "", "is missing.", "y")])])
    assert isinstance(one, InputError)
    assert [item.name for item in one.faults] == ["kms-key", "path"]


def test_what_to_do_is_told_once_beside_all_faults() -> None:
    advice = "Prepare the region, or leave it out of `regions`."
    faults = [Fault("bucket-parameter", "/x", f"does not exist in {region}.", "/y") for region in "ab"]
    one = together([InputError([fault], advice) for fault in faults])
    assert one.advice == f"{advice}\nNothing was written."


def test_one_error_stays_itself() -> None:
    error = AccessDenied("no", "allow it", action="a", resource="b", statement="{}")
    assert together([error]) is error
    assert together([error, AccessDenied("no", action="a", resource="b")]) is error
