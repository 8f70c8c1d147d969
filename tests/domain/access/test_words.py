"""What changes, as people are told it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from domain.access.making import (
    BUCKET,
    DEVELOPMENT,
    DOMAIN,
    HOME,
    KEY,
    KEY_ARN,
    NAMES,
    PRODUCTION,
    READER,
    REGION,
    REPOSITORY,
    ROLE,
    THERE,
    TRUST,
    bob,
    grant,
    packages,
    staged,
    workflows,
)
from waybill.domain.access.grants import Access, Grant, IdentityWho, May, OrganisationWho, PackagePattern
from waybill.domain.access.refs import Ref
from waybill.domain.access.staged import Shelf
from waybill.domain.access.statements import wanted_statements
from waybill.domain.access.words import told
from waybill.domain.arns import KeyArn
from waybill.domain.setup.estate import Estate

UI = PackagePattern(format="npm", namespace="parity", name="ui")
ALLOW = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{PRODUCTION}:root"}, "Resource": "*"}


def bodies(ref: Ref, *grants: Grant) -> list[dict[str, Any]]:
    access = Access(estate=Estate(accounts=(HOME, THERE), regions=(REGION,)), grants=grants)
    shelves = {("development", REGION): Shelf(bucket="staging", key=KeyArn.parse(KEY_ARN))}
    return [dict(one.body) for one in wanted_statements(access, shelves).get(ref, [])]


def gains(ref: Ref, *grants: Grant) -> tuple[str, ...]:
    return told([], bodies(ref, *grants), ref, NAMES)


@pytest.mark.parametrize(
    ("ref", "made", "sentences"),
    [
        (
            REPOSITORY,
            grant(bob(), May.PUBLISH, packages(UI)),
            ["bob gains publish on npm/parity/ui in my_domain/my_repo"],
        ),
        (REPOSITORY, grant(READER, May.READ, packages()), ["production gains read on my_domain/my_repo"]),
        (REPOSITORY, grant(READER, May.DOWNLOAD, packages()), ["production gains download on my_domain/my_repo"]),
        (DOMAIN, grant(READER, May.READ, packages()), ["production gains tokens on my_domain"]),
        (
            REPOSITORY,
            grant(OrganisationWho(id="o-a1b2c3d4e5"), May.READ, packages()),
            ["the organisation o-a1b2c3d4e5 gains read on my_domain/my_repo"],
        ),
        (
            DOMAIN,
            grant(READER, May.ADMINISTER, packages(repository=None)),
            ["production gains administer and tokens on my_domain"],
        ),
        (
            BUCKET,
            grant(IdentityWho(arn=f"arn:aws:iam::{PRODUCTION}:role/promote"), May.PROMOTE, staged(project="Sugar")),
            [
                "role promote gains listing on staging, where s3:prefix StringLike Sugar@*",
                "role promote gains promote on Sugar@* in staging",
            ],
        ),
        (
            KEY,
            grant(READER, May.READ, staged(project="Sugar")),
            [
                "production gains decrypting on the key 1234abcd-12ab-34cd-56ef-1234567890ab (us-east-1), where "
                "kms:ViaService StringEquals s3.us-east-1.amazonaws.com"
            ],
        ),
        (
            TRUST,
            grant(workflows("environment:production", "tag:v*"), May.PUBLISH, packages(UI), through=ROLE),
            [
                "acme/website (environment production) gains entry to the role waybill-publish",
                "acme/website (tag v*) gains entry to the role waybill-publish",
            ],
        ),
    ],
)
def test_a_grant_is_told_in_a_sentence_for_each_thing(ref: Ref, made: Grant, sentences: list[str]) -> None:
    assert list(gains(ref, made)) == sentences


def test_what_goes_is_told_as_lost() -> None:
    before = bodies(REPOSITORY, grant(bob(), May.PUBLISH, packages(UI)))
    assert told(before, [], REPOSITORY, NAMES) == ("bob loses publish on npm/parity/ui in my_domain/my_repo",)


def test_what_stays_is_not_told_however_it_is_written() -> None:
    before = bodies(REPOSITORY, grant(READER, May.READ, packages()))
    after = json.loads(json.dumps(before))
    after[0]["Action"] = list(reversed(after[0]["Action"]))
    after[0]["Principal"] = {"AWS": [PRODUCTION]}
    after[0]["Sid"] = "Renamed"
    assert told(before, after, REPOSITORY, NAMES) == ()


def test_a_change_is_what_is_gained_and_what_is_lost() -> None:
    before = bodies(REPOSITORY, grant(bob(), May.PUBLISH, packages(UI)))
    after = bodies(REPOSITORY, grant(bob(), May.PUBLISH, packages(PackagePattern(format="npm", namespace="parity"))))
    assert told(before, after, REPOSITORY, NAMES) == (
        "bob gains publish on npm/parity/* in my_domain/my_repo",
        "bob loses publish on npm/parity/ui in my_domain/my_repo",
    )


def test_a_part_of_a_word_is_told_by_its_actions() -> None:
    before = bodies(REPOSITORY, grant(READER, May.READ, packages()))
    after = [{**before[0], "Action": before[0]["Action"][1:]}]
    lost = "production loses codeartifact:DescribePackageVersion on my_domain/my_repo"
    assert told(before, after, REPOSITORY, NAMES) == (lost,)


def test_who_reads_and_then_downloads_only_loses_the_look() -> None:
    reading, loading = (bodies(REPOSITORY, grant(READER, word, packages())) for word in (May.READ, May.DOWNLOAD))
    assert told(reading, loading, REPOSITORY, NAMES) == ("production loses looking on my_domain/my_repo",)
    assert told(loading, reading, REPOSITORY, NAMES) == ("production gains looking on my_domain/my_repo",)


def test_what_two_words_allow_alike_is_told_once() -> None:
    both = bodies(REPOSITORY, grant(READER, (May.READ, May.DOWNLOAD), packages()))
    assert told([], both, REPOSITORY, NAMES) == ("production gains read on my_domain/my_repo",)


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        (
            {**ALLOW, "Action": "codeartifact:DeletePackageVersions"},
            "production gains codeartifact:DeletePackageVersions on my_domain/my_repo",
        ),
        ({**ALLOW, "Action": ["a:B", "a:C"]}, "production gains a:B and a:C on my_domain/my_repo"),
        ({**ALLOW, "Effect": "Deny", "Action": "a:B"}, "production is denied a:B on my_domain/my_repo"),
        (
            {**ALLOW, "Principal": {"AWS": "444444444444"}, "NotAction": "a:B"},
            "444444444444 gains everything but a:B on my_domain/my_repo",
        ),
        (
            {"Effect": "Deny", "NotPrincipal": {"AWS": DEVELOPMENT}, "Action": "a:B", "NotResource": "x"},
            "everybody but development is denied a:B on all but x",
        ),
        (
            {**ALLOW, "Principal": "*", "Action": "a:B", "Condition": {"Bool": {"aws:SecureTransport": "true"}}},
            "everybody gains a:B on my_domain/my_repo, where aws:SecureTransport Bool true",
        ),
    ],
)
def test_statements_of_others_are_told_too(statement: dict[str, Any], sentence: str) -> None:
    """What somebody else changed at the same time is told in the same words."""
    assert told([], [statement], REPOSITORY, NAMES) == (sentence,)
