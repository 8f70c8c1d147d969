"""A listing and the parameters of a region, sorted into projects, versions and channels; whatever else lies there."""

from __future__ import annotations

from waybill.domain.survey.catalogue import Catalogue, Stock, channels, holdings
from waybill.domain.versions import Version

DAY, LATER = "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"


def test_a_listing_becomes_versions_and_what_each_has() -> None:
    listed = [
        ("a/P@1.0.0", 7, DAY),
        ("a/P@1.0.0-rc.1", 3, DAY),
        ("a/P@1.0.0/events/latest/20260102T000000Z-1.json", 90, LATER),
        ("a/P@1.0.0/metadata", 5, DAY),
        ("a/P@1.0.0/waybill.json", 80, DAY),
        ("a/P@2.0.0/tombstone.json", 60, DAY),
        ("a/P@2.0.0/waybill.json", 80, DAY),
        ("a/Q@1.0.0", 1, DAY),
    ]
    found = holdings(listed, "a/")
    assert sorted(found) == ["P", "Q"]
    whole, candidate, gone = (found["P"][Version(text)] for text in ("1.0.0", "1.0.0-rc.1", "2.0.0"))
    assert (whole.size, whole.metadata, whole.waybill, whole.whole, whole.pruned) == (7, True, True, True, False)
    assert (whole.modified, whole.happened) == (DAY, LATER), "an event is no writing of the artifact"
    assert whole.events == ("a/P@1.0.0/events/latest/20260102T000000Z-1.json",)
    assert (candidate.size, candidate.whole) == (3, False)
    assert (gone.size, gone.staged, gone.waybill, gone.pruned) == (None, False, True, True)


def test_what_is_no_versions_is_passed_over() -> None:
    listed = [
        ("P@1.0", 1, DAY),
        ("P@latest/waybill.json", 1, DAY),
        ("P@1.0.0/", 0, DAY),
        ("notes.txt", 1, DAY),
        ("deep/P@1.0.0", 1, DAY),
        ("..@1.0.0", 1, DAY),
    ]
    assert holdings(listed, "") == {}
    assert holdings([("x/P@1.0.0", 1, DAY)], "a/") == {}


def test_parameters_become_channels_and_the_configuration_stays_apart() -> None:
    values = {
        "/artifacts/P/latest": "1.0.0",
        "/artifacts/P/production": "0.9.0",
        "/artifacts/P/deep/er": "1.0.0",
        "/artifacts/Upper/Latest": "1.0.0",
        "/artifacts/buckets/staging": "bucket",
        "/artifacts": "1.0.0",
        "/other/P/latest": "3.0.0",
    }
    found = channels(values, "/artifacts", apart=("/artifacts/buckets/staging",))
    assert found == {"P": {"latest": "1.0.0", "production": "0.9.0"}}
    assert channels({"/P/latest": "1.0.0"}, "") == {"P": {"latest": "1.0.0"}}


def stock(region: str, latest: str | None, *versions: str) -> Stock:
    listed = [(f"P@{text}", 1, DAY) for text in versions]
    named = {"P": {"latest": latest}} if latest is not None else {}
    return Stock(region=region, bucket=f"b-{region}", holdings=holdings(listed, ""), channels=named)


def test_regions_together_say_which_versions_there_are_and_who_names_them() -> None:
    stocks = {
        "r1": stock("r1", "1.0.0", "1.0.0", "1.1.0"),
        "r2": stock("r2", "nonsense", "1.10.0", "1.0.0"),
        "r3": stock("r3", None),
    }
    whole = Catalogue(regions=("r1", "r2", "r3", "r4"), stocks=stocks)
    assert whole.projects() == ["P"]
    assert [version.text for version in whole.versions("P")] == ["1.10.0", "1.1.0", "1.0.0"]
    assert list(whole.where("P", Version("1.0.0"))) == ["r1", "r2"]
    assert whole.channels("P") == {"latest": {"r1": "1.0.0", "r2": "nonsense", "r3": None}}
    assert whole.naming("P") == {Version("1.0.0"): {"latest": ["r1"]}}
