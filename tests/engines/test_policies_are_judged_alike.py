"""Our evaluator and ministack, which enforces policies, say the same to generated questions, but where AWS says else.

S3, SSM, KMS and STS; users and sessions; identity policies, boundaries, session policies, bucket, key and trust
policies; across accounts STS alone, for ministack knows no other account's buckets and keys.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import pytest

from engines import ministack
from engines.judged import Judge, ours
from engines.ministack import PRODUCTION
from engines.questions import ROLE, SESSION, USER, Case, calls, drawn
from waybill.domain.iam.answers import Outcome
from waybill.domain.iam.documents import Kind

pytestmark = pytest.mark.engine

CASES = 294


def says(case: Case, text: str) -> bool:
    return text in json.dumps(case.documents())


def open_to_all_within_limits(case: Case) -> bool:
    limited = case.boundary is not None or case.session is not None
    everybody = [one for one in case.own or [] if one.get("Principal") in ("*", {"AWS": "*"})]
    return limited and any(one["Effect"] == "Allow" for one in everybody)


def trusted_at_home(case: Case) -> bool:
    if case.asked.kind is not Kind.TRUST or case.asked.owner == PRODUCTION:
        return False
    named = {str(one.get("Principal")) for one in case.own or [] if one["Effect"] == "Allow"}
    return any(who in " ".join(named) for who in ("*", USER, ROLE, SESSION))


DISAGREEMENTS: Mapping[str, Callable[[Case], bool]] = MappingProxyType(
    {
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
        "ministack fills in no variables": lambda case: says(case, "${"),
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
        "ministack reads no NotPrincipal": lambda case: says(case, "NotPrincipal"),
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
        # "... do not limit permissions granted using the aws:PrincipalArn condition key with a wildcard(*)"
        "ministack limits what a resource gives everybody": open_to_all_within_limits,
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
        "ministack asks an identity policy of whom a trust policy of its own account names": trusted_at_home,
    }
)
"""Where the two say different things, why, with the page of AWS's that ours follows."""


@dataclass(frozen=True)
class Judged:
    """A case, what ministack did, and what we say."""

    case: Case
    allowed: bool
    said: Outcome

    @property
    def agreed(self) -> bool:
        return self.said.allowed is self.allowed


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Judged]]:
    if ministack.binary() is None:
        pytest.skip("ministack is not installed: `make test` installs it, or WAYBILL_TEST_MINISTACK names it")
    with ministack.running(tmp_path_factory.mktemp("ministack")) as engine:
        judge = Judge(engine)
        among = calls(judge.key)
        cases = [drawn(number, among) for number in range(CASES)]
        yield [Judged(case, judge.allows(case), ours(case)) for case in cases]


def test_there_are_cases_of_every_kind(judged: list[Judged]) -> None:
    assert len(judged) >= 200
    allowed = Counter(one.allowed for one in judged)
    assert min(allowed.values()) >= 60
    services = Counter(one.case.asked.service for one in judged)
    assert set(services) == {"s3", "ssm", "kms", "sts"}
    assert min(services.values()) >= 40
    for policy in ("boundary", "session", "own"):
        assert sum(one.case.documents()[policy] is not None for one in judged) >= 25


def test_nothing_is_left_open_where_all_is_known(judged: list[Judged]) -> None:
    assert [str(one.case) for one in judged if one.said is Outcome.DEPENDS] == []


def test_both_say_the_same_but_for_what_is_listed(judged: list[Judged]) -> None:
    unexplained = [
        (str(one.case), one.allowed, one.said.value, dict(one.case.documents()))
        for one in judged
        if not one.agreed and not any(explains(one.case) for explains in DISAGREEMENTS.values())
    ]
    assert unexplained == []


@pytest.mark.parametrize("reason", DISAGREEMENTS)
def test_every_reason_that_is_listed_is_one(judged: list[Judged], reason: str) -> None:
    """Each is the only one of some case: otherwise it might be that of another, or of none."""
    others = [explains for name, explains in DISAGREEMENTS.items() if name != reason]
    disputed = [one.case for one in judged if not one.agreed and DISAGREEMENTS[reason](one.case)]
    assert [case for case in disputed if not any(explains(case) for explains in others)]


def test_most_are_beyond_dispute(judged: list[Judged]) -> None:
    assert sum(not one.agreed for one in judged) <= CASES // 12
    beyond = [one for one in judged if not any(explains(one.case) for explains in DISAGREEMENTS.values())]
    assert len(beyond) >= 200
