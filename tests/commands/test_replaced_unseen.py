"""What S3 has no checksum of that could be held against a waybill is told by its bytes, and by nothing less."""

from __future__ import annotations

from commands.looking import B, channel, look, replaced_unseen
from promises.stand import SMALL, Stand
from waybill.errors import ExitCode


def test_other_bytes_of_the_same_size_are_not_whole_though_s3_has_no_checksum_to_tell(stand: Stand) -> None:
    stand.stage()
    replaced_unseen(stand, B, SMALL[::-1])
    result = look(stand, check=True)
    assert [item.whole for item in channel(result).regions] == [True, False, True]
    assert "sha256" in channel(result).regions[1].why
    assert result.exit_code == ExitCode.PARTIAL


def test_the_same_bytes_put_back_by_another_tool_are_whole(stand: Stand) -> None:
    stand.stage()
    replaced_unseen(stand, B, SMALL)
    assert [item.whole for item in channel(look(stand)).regions] == [True] * 3


def test_what_s3_has_a_checksum_of_is_not_read(stand: Stand) -> None:
    stand.stage()
    stand.world.calls.forget()
    look(stand)
    assert not [call for call in stand.world.calls.log() if call.call == "stream"]
