"""Each misconfiguration of the sandbox is found by doctor, by its name; a healthy one has nothing."""

from __future__ import annotations

import re

import pytest

from agreement.reading import ROOT
from doctor.conftest import Look, findings, troubles
from waybill.domain.findings import Verdict
from waybill.errors import ExitCode
from waybill.sandbox.breaking import listed
from waybill.sandbox.breaking.hands import Hands

pytestmark = pytest.mark.engine

TOGETHER = (
    "root",
    "parameter-read parameter-write objects listing decrypt pipeline-start oidc-audience clock configuration",
    "boundary oidc-subject configuration-equal bucket-parameter channel-value pipeline-mode",
    "versioning bucket-key public-access ownership tls-only expiry key-use channel-equal oidc-provider source-polling "
    "transition",
    "encryption configuration-extras unfinished-uploads artifact-key pipeline-access",
    "customer-key channel-history source-override artifact-store pipeline-role",
    "key channel-label deploy-role",
    "key-region session-policy watched-twice artifact-key-policy",
    "key-enabled source-versioning artifact-store-policy",
    "key-readers pipeline-source",
    "bucket-readers",
    "bucket",
    "bucket-owner",
    "bucket-region",
)
"""Kinds that are looked for at once, since none of them hides another: a look costs half a second."""

ONLY_WHEN_WRONG = {"boundary", "bucket-owner", "bucket-region"}
"""Checks that say which of several things is wrong, where something is."""


def test_a_healthy_sandbox_passes_every_check_that_has_a_kind(look: Look) -> None:
    result = look()
    assert troubles(result) == {}
    assert (result.exit_code, result.changed) == (0, False)
    passed = {one.check for one in findings(result)}
    assert set(listed.KINDS) - passed == ONLY_WHEN_WRONG


def test_there_are_at_least_25_kinds_and_each_is_tried_once() -> None:
    assert len(listed.KINDS) >= 25
    assert sorted(kind for kinds in TOGETHER for kind in kinds.split()) == sorted(listed.KINDS)


@pytest.mark.parametrize("kinds", TOGETHER)
def test_each_kind_is_found_and_named_and_nothing_else(look: Look, hands: Hands, kinds: str) -> None:
    names = kinds.split()
    identity = listed.KINDS[names[0]].identity
    with listed.broken(names, hands):
        result = look(identity=identity)
    found = troubles(result)
    assert set(found) == set(names)
    told = [one for some in found.values() for one in some]
    assert {one.verdict for one in told} <= {Verdict.FAIL, Verdict.WARN}
    assert [one.check for one in told if not one.mend] == []
    failed = any(one.verdict is Verdict.FAIL for one in told)
    assert result.exit_code == (ExitCode.IDENTITY if failed else ExitCode.OK)


def test_what_is_mended_is_healthy_again(look: Look, hands: Hands) -> None:
    for kind in listed.KINDS:
        with listed.broken([kind], hands):
            pass
    assert troubles(look()) == {}


def test_the_page_names_every_kind() -> None:
    page = (ROOT / "docs" / "doctor.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([a-z-]+)`", page.partition("## What is checked")[2].partition("## What it needs")[0]))
    assert set(listed.KINDS) - named == set()
