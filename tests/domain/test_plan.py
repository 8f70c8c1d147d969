from __future__ import annotations

from dataclasses import replace

import pytest

from waybill.domain.channel import UpdateChannel
from waybill.domain.digests import Digests
from waybill.domain.metadata import document
from waybill.domain.observation import Observation, Stored
from waybill.domain.plan import (
    Action,
    ChannelAction,
    existing_waybill,
    expected_channel,
    needs_reading,
    plan_region,
)
from waybill.domain.versions import Version
from waybill.domain.waybill import Origin, Subject, Waybill

MINE = Digests("ab" * 32, "AAAAAAAAAAA=", 5)
OTHER = Digests("cd" * 32, "AAAAAAAAAAE=", 5)
SUBJECT = Subject(
    project="p", version=Version("1.2.3"), digests=MINE, media_type="a/b", file_name=None, metadata={"a": "1"}
)
DOCUMENT = document({"a": "1"}, None)
NOTHING = Observation(region="r", account="222222222222", bucket="b", kms_key=None)


def stored(digests: Digests = MINE, *, sha256: bool = True, crc: bool = False) -> Stored:
    return Stored(
        key="p@1.2.3",
        size=digests.size,
        sha256=digests.sha256 if sha256 else None,
        crc64nvme=digests.crc64nvme if crc else None,
    )


def waybill(subject: Subject = SUBJECT, at: str = "2026-01-01T00:00:00Z") -> Waybill:
    return Waybill(subject=subject, built_from=Origin(), staged_at=at)


def holding(
    artifact: Stored | None = None, *, metadata: bytes | None = DOCUMENT, record: Waybill | None = None
) -> Observation:
    raw = record.to_bytes() if record else None
    return replace(NOTHING, artifact=artifact, metadata=metadata, waybill=record, waybill_raw=raw)


@pytest.mark.parametrize(
    ("found", "action"),
    [
        (NOTHING, Action.CREATE),
        (holding(stored(), record=waybill()), Action.NOTHING),
        (holding(stored(), record=None), Action.COMPLETE),
        (holding(stored(), metadata=None, record=waybill()), Action.COMPLETE),
        (holding(stored(sha256=False, crc=True), metadata=None), Action.COMPLETE),
        (holding(None, record=waybill()), Action.CREATE),
        (holding(stored(OTHER)), Action.CONFLICT),
        (holding(stored(OTHER, sha256=False, crc=True)), Action.CONFLICT),
        (holding(replace(stored(), size=6)), Action.CONFLICT),
        (holding(stored(OTHER), record=waybill(replace(SUBJECT, digests=OTHER))), Action.CONFLICT),
        (holding(stored(), metadata=document({"a": "2"}, None)), Action.CONFLICT),
        (holding(stored(), metadata=b"nonsense"), Action.CONFLICT),
        (holding(stored(), metadata=None, record=waybill(replace(SUBJECT, metadata={}))), Action.CONFLICT),
        (holding(stored(), record=waybill(replace(SUBJECT, media_type="c/d"))), Action.CONFLICT),
        (holding(stored(), record=waybill(replace(SUBJECT, project="q"))), Action.CONFLICT),
        (holding(stored(OTHER), record=waybill()), Action.FAILED),
        (holding(stored(OTHER, sha256=False, crc=True), record=waybill()), Action.FAILED),
        (holding(replace(stored(), size=6), record=waybill()), Action.FAILED),
    ],
)
def test_what_a_region_holds_decides_what_it_needs(found: Observation, action: Action) -> None:
    plan = plan_region(found, SUBJECT)
    assert plan.action is action
    assert (plan.error is not None) == (action is Action.FAILED)
    assert plan.observation is found
    assert plan.why


def test_p1_metadata_that_is_not_its_waybills_is_never_taken_for_whole() -> None:
    found = holding(stored(), metadata=document({"a": "2"}, None), record=waybill())
    plan = plan_region(found, SUBJECT)
    assert plan.action is Action.FAILED
    assert "metadata" in plan.why


def test_p1_metadata_that_its_waybill_does_not_know_is_never_taken_for_whole() -> None:
    bare = replace(SUBJECT, metadata={})
    assert plan_region(holding(stored(), record=waybill(bare)), bare).action is Action.FAILED


def test_metadata_written_by_another_hand_is_the_same_when_it_says_the_same() -> None:
    found = holding(stored(), metadata=b'{"a":"1"}')
    assert plan_region(found, SUBJECT).action is Action.COMPLETE


def test_without_a_subject_everything_is_yet_to_be_created() -> None:
    assert plan_region(NOTHING, None).action is Action.CREATE


@pytest.mark.parametrize(
    ("artifact", "record", "needs"),
    [
        (stored(), None, False),
        (stored(OTHER), None, False),
        (stored(sha256=False, crc=True), None, True),
        (stored(sha256=False, crc=False), None, True),
        (stored(OTHER, sha256=False, crc=True), None, False),
        (replace(stored(sha256=False), size=6), None, False),
        (stored(sha256=False, crc=True), waybill(), False),
        (stored(sha256=False, crc=False), waybill(), True),
        (stored(OTHER, sha256=False, crc=True), waybill(), False),
    ],
)
def test_bytes_are_read_back_only_where_nothing_else_can_tell(
    artifact: Stored, record: Waybill | None, needs: bool
) -> None:
    assert needs_reading(artifact, record, MINE) is needs


def test_p4_the_waybill_that_is_copied_is_the_first_one_of_this_subject() -> None:
    early, late = waybill(at="2026-01-01T00:00:00Z"), waybill(at="2026-01-02T00:00:00Z")
    foreign = waybill(replace(SUBJECT, digests=OTHER), at="2025-01-01T00:00:00Z")
    found = [holding(stored(), record=record) for record in (late, foreign, early)]
    assert existing_waybill([*found, NOTHING], SUBJECT) == early.to_bytes()
    assert existing_waybill([NOTHING], SUBJECT) is None


@pytest.mark.parametrize(
    ("history", "version", "update", "action"),
    [
        (None, "1.0.0", UpdateChannel.NEWER, ChannelAction.MOVE),
        ((), "1.0.0", UpdateChannel.NEWER, ChannelAction.MOVE),
        (("0.9.0",), "1.0.0", UpdateChannel.NEWER, ChannelAction.MOVE),
        (("1.0.0",), "1.0.0", UpdateChannel.NEWER, ChannelAction.KEEP),
        (("1.0.0+a",), "1.0.0+b", UpdateChannel.NEWER, ChannelAction.KEEP),
        (("2.0.0",), "1.0.0", UpdateChannel.NEWER, ChannelAction.KEEP),
        (("0.9.0",), "1.0.0-rc.1", UpdateChannel.NEWER, ChannelAction.LEAVE),
        (("0.9.0",), "1.0.0-rc.1", UpdateChannel.PRERELEASE, ChannelAction.MOVE),
        (("0.9.0",), "1.0.0", UpdateChannel.NEVER, ChannelAction.LEAVE),
    ],
)
def test_a_dry_run_tells_what_the_move_would_do(
    history: tuple[str, ...] | None, version: str, update: UpdateChannel, action: ChannelAction
) -> None:
    assert expected_channel(replace(NOTHING, history=history), Version(version), update) is action
