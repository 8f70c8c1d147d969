"""The ends of setup's verbs that need no CloudFormation, as people read them: of real runs on the fakes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from commands.setup import test_adopt as adopting
from commands.setup import test_check as checking
from commands.setup import test_configuration as configuring
from commands.setup import test_pipeline_role as roles
from commands.setup.standing import PARAMETER, Standing
from fakes.aws import BUCKET_PARAMETER, PRODUCTION, REGIONS
from waybill.domain.result import Result
from waybill.errors import Unavailable
from waybill.report import bodies, text, words
from waybill.report.ink import Ink

A, B, C = REGIONS
EVIL = "`x` <b>@everyone</b> [a](http://evil.invalid) | \x1b[31m"


def agrees(standing: Standing) -> Result:
    return configuring.run(standing)


def disagrees(standing: Standing) -> Result:
    standing.store(B, PRODUCTION, {"regions": A})
    return configuring.run(standing)


def planned(standing: Standing) -> Result:
    standing.store(B, PRODUCTION, {"regions": A})
    return configuring.run(standing, write="true")


def written(standing: Standing) -> Result:
    standing.store(B, PRODUCTION, {"regions": A})
    return configuring.run(standing, write="true", yes="true")


def dropped(standing: Standing) -> Result:
    return configuring.run(standing.with_regions(A, B), write="true", yes="true")


def broken(standing: Standing) -> Result:
    standing.world.set_parameter(B, PRODUCTION, PARAMETER, "no JSON")
    return configuring.run(standing, write="true", yes="true")


def not_written(standing: Standing) -> Result:
    standing.store(B, PRODUCTION, {"regions": A})
    standing.world.fail(call="put-parameter", error=Unavailable("no answer"), times=None)
    return configuring.run(standing, write="true", yes="true")


def adoptable(standing: Standing) -> Result:
    return adopting.run(standing, account="development", bucket="")


def unfit(standing: Standing) -> Result:
    standing.world.delete_parameter(B, PRODUCTION, BUCKET_PARAMETER)
    return adopting.run(standing, bucket="")


def good(standing: Standing) -> Result:
    return checking.run(standing)


def bad(standing: Standing) -> Result:
    standing.world.settings[PRODUCTION].summary = {"AccountAccessKeysPresent": 1, "AccountMFAEnabled": 1}
    return checking.run(standing)


ENDS: list[tuple[Callable[[Standing], Result], str, str]] = [
    (agrees, "✓", "The configuration /startifact is as the file says in 6 places. Nothing was changed."),
    (disagrees, "✗", "The configuration /startifact is not as the file says in 1 of 6 places."),
    (planned, "–", "Nothing was written yet. The configuration /startifact would change in 1 of 6 places."),
    (written, "✓", "The configuration /startifact was put right in 1 place."),
    (dropped, "✗", "The configuration /startifact was put right in 4 places. 2 places more need attention."),
    (broken, "✗", "The configuration /startifact is not as the file says in 1 of 6 places."),
    (not_written, "✗", "The configuration /startifact could not be written in 1 of 6 places."),
    (adoptable, "✓", "All of this is so already. Nothing was changed."),
    (unfit, "✗", "1 of 3 buckets cannot be adopted. Nothing was written."),
    (good, "✓", "15 checks: 15 good."),
    (bad, "✗", "15 checks: 1 failed and 14 good."),
]


@pytest.mark.parametrize(("end", "mark", "sentence"), ENDS, ids=[end.__name__ for end, *_ in ENDS])
def test_every_end_has_a_sentence_and_its_mark(end: Callable[[Standing], Result], mark: str, sentence: str) -> None:
    found = end(Standing())
    assert words.sentence(found) == sentence
    assert words.result_mark(found, Ink()) == mark
    assert text.result(found).startswith(f"{mark} {sentence}")


@pytest.mark.parametrize("end", [end for end, *_ in ENDS])
def test_what_is_shown_to_people_stands_in_the_summary_too(end: Callable[[Standing], Result]) -> None:
    found = end(Standing())
    shown, page = bodies.as_text(found.body, Ink()), "\n".join(bodies.as_markdown(found.body))
    assert shown
    for name in ("production", A, "root-keys"):
        assert (name in shown) == (name in page)


def test_the_command_that_does_what_is_planned_stands_below_it() -> None:
    assert "waybill setup configuration --write --yes" in text.result(planned(Standing()))


def test_a_diff_is_shown_as_one() -> None:
    standing: Standing = roles.standing.__wrapped__()  # type: ignore[attr-defined]
    found = roles.run(standing)
    shown = text.result(found)
    assert f'+          "roleArn": "{roles.ROLE}"' in shown
    assert "no guard" in shown
    page = "\n".join(bodies.as_markdown(found.body))
    assert "```diff\n--- handmade as it is\n" in page
    assert words.sentence(found).startswith("Nothing was changed yet.")


@pytest.mark.parametrize("verb", ["configuration", "check"])
def test_what_somebody_else_wrote_is_no_markup_and_drives_no_terminal(verb: str) -> None:
    standing = Standing()
    if verb == "configuration":
        standing.store(B, PRODUCTION, {"bucket_key_prefix": EVIL, EVIL: "x"})
        found = configuring.run(standing)
    else:
        standing.world.settings[PRODUCTION].aliases = [EVIL]
        found = checking.run(standing)
    shown, page = text.result(found), "\n".join(bodies.as_markdown(found.body))
    assert "everyone" in shown
    assert "everyone" in page
    assert "\x1b" not in shown + page
    outside = [part for number, part in enumerate(page.replace("``", "`").split("`")) if number % 2 == 0]
    assert not [part for part in outside if "<b>" in part or "](http" in part]
