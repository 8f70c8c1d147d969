from __future__ import annotations

import io
import re
import threading
import time
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from waybill.github.commands import WorkflowCommands, plain
from waybill.redaction import Redactor

from .runner_rules import IGNORABLE, WHITESPACE, Command, commands, lines, parse_loosely

TRICKY = (
    "::", ":", "##[", "#", "[", "]", "%", "%25", "%0A", "%3A", "%2C", ",", ";", "=", " ", "\t", "\r", "\n", "\r\n",
    "::error::", "::error title=x::", "::stop-commands::x", "::add-mask::a", "##[error]", "##[group a=b;c=d]",
    "::DEBUG::", "error", "\u0301", "\u2028", "\x85", "\x0b", *IGNORABLE,
)  # fmt: skip
texts = st.lists(st.sampled_from(TRICKY) | st.text(max_size=4), max_size=12).map("".join)
many = settings(deadline=None, max_examples=300)


class Log(io.StringIO):
    """What the runner reads."""

    @property
    def commands(self) -> list[Command]:
        return commands(self.getvalue())


def written(write: Callable[[WorkflowCommands], object], redactor: Redactor | None = None) -> Log:
    log = Log()
    write(WorkflowCommands(log, redactor=redactor))
    return log


def meant_data(text: str) -> str:
    return f"\u25cc{text}" if text and unicodedata.category(text[0]).startswith("M") else text


def meant_property(text: str) -> str:
    return re.sub(r"^[\s=]+", "", text).rstrip()


@many
@given(texts, texts, texts, st.none() | st.integers(1, 10**6))
@example("100%0A", "a,b:c", "src/a b.py", 7)
@example("\u0301 begins with a combining mark", "==x==", " ", None)
def test_an_annotation_is_read_back_as_it_was_meant(message: str, title: str, file: str, line: int | None) -> None:
    log = written(lambda w: w.error(message, title=title, file=file, line=line))
    properties = {"title": meant_property(title), "file": meant_property(file), "line": str(line or "")}
    kept = {key: value for key, value in properties.items() if value}
    assert log.commands == [Command("error", kept, meant_data(message.strip() or "(no message)"))]
    assert len(lines(log.getvalue())) == 1


@pytest.mark.parametrize("kind", ["notice", "warning", "error"])
def test_each_kind_of_annotation_is_its_own_command(kind: str) -> None:
    log = written(lambda w: getattr(w, kind)("text\nmore", title="T"))
    assert log.getvalue() == f"::{kind} title=T::text%0Amore\n"


def test_an_annotation_names_only_the_properties_it_has() -> None:
    assert written(lambda w: w.error("x", line=3)).getvalue() == "::error line=3::x\n"
    assert written(lambda w: w.error("x")).getvalue() == "::error::x\n"


@many
@given(texts)
def test_debug_text_and_group_titles_are_read_back_as_they_were_meant(text: str) -> None:

    def write(w: WorkflowCommands) -> None:
        w.debug(text)
        w.start_group(text)
        w.end_group()

    log = written(write)
    title = meant_data(" ".join(text.split()))
    assert log.commands == [Command("debug", {}, meant_data(text)), Command("group", {}, title), Command("endgroup")]
    assert len(lines(log.getvalue())) == 3


@many
@given(texts)
@example("\ufeff::error::after a byte order mark")
@example("a\r::error::after a lone carriage return")
@example(" \u3000\x85::stop-commands::after unusual whitespace")
@example("in the middle ##[add-mask]a")
@example("\u200b::error::after a zero-width space")
@example(":\u200d:error::with a joiner inside")
@example("###[error]three hashes")
def test_plain_text_is_never_taken_as_a_command(text: str) -> None:
    log = written(lambda w: w.line(text))
    assert log.commands == []
    assert [line for line in lines(log.getvalue()) if parse_loosely(line)] == []


@many
@given(texts)
def test_plain_text_loses_nothing_and_gains_only_spaces(text: str) -> None:
    assert plain(text).replace(" ", "") == re.sub(r"\r\n?", "\n", text).replace(" ", "")
    assert plain(plain(text)) == plain(text)


@pytest.mark.parametrize(
    "text", ["", "a::error::b", "s3://bucket/key", "# [link](x)", "C:: x", "#[x]", "50 % done :: ok"]
)
def test_ordinary_text_is_written_as_it_is(text: str) -> None:
    assert written(lambda w: w.line(text)).getvalue() == f"{text}\n"


def test_the_neutralised_command_can_still_be_read_by_a_person() -> None:
    assert plain("  ::error::x") == "  : :error::x"
    assert plain("\x1b[31m##[error]x") == "\x1b[31m# #[error]x"


@many
@given(texts)
def test_a_mask_covers_the_whole_value_and_each_of_its_lines(secret: str) -> None:
    wanted = [secret, *(line for line in re.split(r"\r\n|\r|\n", secret) if line.strip())]
    if len(wanted) == 1:
        with pytest.raises(ValueError, match="empty"):
            written(lambda w: w.mask(secret))
        return
    log = written(lambda w: w.mask(secret))
    assert {command.name for command in log.commands} == {"add-mask"}
    masked = {command.data for command in log.commands}
    for part in wanted:
        rest = part
        while rest and unicodedata.category(rest[0]).startswith("M"):
            rest = rest[1:]
        assert rest in masked
    assert len(log.commands) == len(lines(log.getvalue())), "a line with a secret on it is not a command"


@pytest.mark.parametrize("value", ["", " ", "\n", "\r\n \t"])
def test_an_empty_mask_is_refused_and_nothing_is_written(value: str) -> None:
    log = Log()
    with pytest.raises(ValueError, match="empty"):
        WorkflowCommands(log).mask(value)
    assert log.getvalue() == ""


def test_what_was_masked_is_shown_by_no_later_command() -> None:
    redactor = Redactor()
    secret = "wJalrXUtnFEMI/K7MDENG"

    def write(w: WorkflowCommands) -> None:
        w.mask(secret)
        w.line(f"a {secret} b")
        w.error(f"a {secret}", title=secret, file=f"/x/{secret}")
        w.debug(secret)
        w.start_group(secret)

    log = written(write, redactor)
    assert secret not in log.getvalue().split("\n", 1)[1]
    assert redactor.redact(secret) == "***"


def test_a_group_ends_when_its_block_fails() -> None:
    log = Log()
    with pytest.raises(RuntimeError), WorkflowCommands(log).group("Staging\nin three regions"):
        raise RuntimeError
    assert log.getvalue() == "::group::Staging in three regions\n::endgroup::\n"


def test_a_file_name_that_is_no_text_and_a_stream_that_is_not_utf8_do_not_stop_the_log() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii", newline="\n")
    WorkflowCommands(stream).line("b\udcffd \N{SNOWMAN}")
    WorkflowCommands(stream).error("b\udcffd")
    assert raw.getvalue() == b"b\\udcffd \\u2603\n::error::b\\udcffd\n"


class SlowLog(Log):
    """Takes a text character by character, and lets other threads in between."""

    def write(self, text: str) -> int:
        for character in text:
            super().write(character)
            time.sleep(0)
        return len(text)


def test_lines_of_several_threads_do_not_mix() -> None:
    log = SlowLog()
    writer = WorkflowCommands(log)

    def write(name: str) -> None:
        for _ in range(20):
            writer.warning(name * 20)

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(log.commands, key=lambda c: c.data) == [
        Command("warning", {}, n * 20) for n in "abcd" for _ in range(20)
    ]


def test_a_signal_handler_may_write_while_its_own_thread_writes() -> None:
    class Interrupted(Log):
        def flush(self) -> None:
            if self.getvalue().count("\n") == 1:
                writer.line("from the handler")

    log = Interrupted()
    writer = WorkflowCommands(log)
    done = threading.Thread(target=lambda: writer.line("from the program"), daemon=True)
    done.start()
    done.join(10)
    assert not done.is_alive(), "deadlock"
    assert log.getvalue() == "from the program\nfrom the handler\n"


def test_whitespace_that_only_dotnet_knows_is_in_the_rules() -> None:
    """The parser the writer is judged by trims what .NET trims, not what Python happens to."""
    assert set(WHITESPACE) == {chr(c) for c in range(0x110000) if chr(c).isspace()} - set("\x1c\x1d\x1e\x1f")
