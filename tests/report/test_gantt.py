from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from report import deploys
from report.mermaid import read
from report.test_markdown_escaping import hostile
from waybill.domain.deploy.execution import ActionRun, ActionStatus
from waybill.report.gantt import LONGEST_NAME, MOST, escaped, gantt, not_drawn
from waybill.report.ink import cut, one_line

PIECES = (
    "gantt", "gantt-1", "section", "section ", "title ", "click a", "call ", 'href "', "topAxis", "done", "crit",
    "2026-01-01", "weekday monday", "%%", "%%{init: {}}%%", "#35;", "#quot;", "style a:b#c;", "accTitle: x", "after a",
)  # fmt: skip
names = st.lists(st.sampled_from(PIECES) | hostile, max_size=4).map("".join)


def drawn(*runs: ActionRun, began: str = "", seconds: float = 0.0) -> str:
    return "\n".join(gantt(runs, began=began, seconds=seconds))


def test_stages_are_sections_and_actions_are_bars_from_the_beginning_on() -> None:
    assert drawn(deploys.SOURCE, deploys.FAILED, began="2026-01-31T12:00:00Z") == (
        "gantt\n"
        "dateFormat YYYY-MM-DD HH:mm:ss.SSS\n"
        "axisFormat %S.%L\n"
        "todayMarker off\n"
        "section Source\n"
        "✓ Fetch 0.1 s :done, 2000-01-01 00:00:00.100, 100ms\n"
        "section Production\n"
        "✗ Unpack 1.5 s :crit, 2000-01-01 00:00:01.250, 1500ms"
    )


@pytest.mark.parametrize(
    ("status", "tag"),
    [
        (ActionStatus.SUCCEEDED, "done"),
        (ActionStatus.FAILED, "crit"),
        (ActionStatus.ABANDONED, "crit"),
        (ActionStatus.IN_PROGRESS, "active"),
    ],
)
def test_a_bar_says_how_its_action_stands(status: ActionStatus, tag: str) -> None:
    (task,) = read(drawn(deploys.run("a", "b", status))).tasks
    assert task.tag == tag


def test_actions_of_one_stage_stand_together_though_another_began_between() -> None:
    text = drawn(deploys.run("A", "1"), deploys.run("B", "2"), deploys.run("A", "3"))
    assert [(name, [task.label for task in tasks]) for name, tasks in read(text).sections] == [
        ("A", ["✓ 1 1.5 s", "✓ 3 1.5 s"]),
        ("B", ["✓ 2 1.5 s"]),
    ]


def test_what_runs_still_is_drawn_to_the_last_moment_that_is_known() -> None:
    running = deploys.run("A", "x", ActionStatus.IN_PROGRESS, updated="2026-01-31T12:00:01.250Z")
    (task,) = read(drawn(running, began="2026-01-31T12:00:00Z", seconds=61.25)).tasks
    assert (task.start, task.seconds) == (1.25, 60.0)
    assert read(drawn(running)).tasks[0].seconds == 0.001


@pytest.mark.parametrize(
    ("ended", "axis"),
    [
        ("2026-01-31T12:00:01.300Z", "%S.%L"),
        ("2026-01-31T12:50:00Z", "%M:%S"),
        ("2026-01-31T15:00:00Z", "%H:%M:%S"),
        ("2026-02-03T15:00:00Z", "day %-j %H:%M"),
    ],
)
def test_the_axis_fits_a_tenth_of_a_second_and_three_days(ended: str, axis: str) -> None:
    assert read(drawn(deploys.run("A", "x", updated=ended))).axis == axis


@pytest.mark.parametrize("text", ["", "yesterday", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "\x1b", "12:00"])
def test_a_time_that_is_none_is_not_drawn(text: str) -> None:
    assert gantt([deploys.run("A", "x", started=text)]) == []
    (task,) = read(drawn(deploys.run("A", "x", updated=text), began=text)).tasks
    assert (task.start, task.seconds) == (0.0, 0.001)


def test_times_of_another_zone_are_turned_and_an_end_before_its_beginning_is_none() -> None:
    runs = [
        deploys.run("A", "x", started="2026-01-31T14:00:01+02:00", updated="2026-01-31T11:00:00Z"),
        deploys.run("A", "y", started="2026-01-31T12:00:03Z", updated="2026-01-31T12:00:04Z"),
    ]
    assert [(task.start, task.seconds) for task in read(drawn(*runs)).tasks] == [(0.0, 0.001), (2.0, 1.0)]


def test_more_actions_than_can_be_drawn_are_counted() -> None:
    worst = deploys.run("#" * 100, "\u202e" * 100)
    assert len(read(drawn(*[worst] * 500)).tasks) == MOST
    assert not_drawn([worst] * 500) == 500 - MOST
    assert not_drawn([worst]) == 0


@settings(max_examples=300)
@given(names, names, st.sampled_from(list(ActionStatus)))
@example("gantt:", "click a", ActionStatus.SUCCEEDED)
@example("a,b:c;d#e", "\"quoted\" 'x' `y`", ActionStatus.FAILED)
def test_any_name_is_shown_as_it_is_and_means_nothing_to_mermaid(stage: str, action: str, status: ActionStatus) -> None:
    ((section, (task,)),) = read(drawn(deploys.run(stage, action, status))).sections
    assert section.strip() == (cut(one_line(stage), LONGEST_NAME).strip() or "-")
    shown = " ".join(task.label.split(" ")[1:-2])
    assert shown.strip() == cut(one_line(action), LONGEST_NAME).strip()


def test_an_escaped_name_keeps_its_letters() -> None:
    assert escaped("Déploiement 日本 a.b_c@d-e") == "Déploiement 日本 a.b_c@d-e"
    assert escaped('a:b;c#d,"e"') == "a#58;b#59;c#35;d#44;#34;e#34;"
