"""What is so of any policies: a denial never helps, an allowance never harms, the order of statements is nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.iam.asking import ALLOWED, DENIED, DEPENDS, Body, policy
from waybill.domain.iam.answers import Answer, Outcome
from waybill.domain.iam.context import Context
from waybill.domain.iam.documents import Kind
from waybill.domain.iam.evaluation import evaluate
from waybill.domain.iam.question import Policies, Question
from waybill.domain.iam.requests import request_of

HERE, THERE = "111111111111", "222222222222"
USER, ROLE = f"arn:aws:iam::{HERE}:user/me", f"arn:aws:iam::{HERE}:role/mine"
SESSION = f"arn:aws:sts::{HERE}:assumed-role/mine/now"
CALLERS = (USER, ROLE, SESSION, f"arn:aws:iam::{HERE}:root", f"arn:aws:sts::{HERE}:federated-user/me")
CALLS = (
    ("sqs:SendMessage", "arn:aws:sqs:us-east-1:{}:queue", Kind.RESOURCE),
    ("kms:Decrypt", "arn:aws:kms:us-east-1:{}:key/1", Kind.KEY),
    ("sts:AssumeRole", "arn:aws:iam::{}:role/deploy", Kind.TRUST),
    ("codeartifact:ReadFromRepository", "arn:aws:codeartifact:us-east-1:{}:repository/d/r", Kind.REPOSITORY),
)
NOTHING = Context({})
PLACES = ("identity", "boundary", "session", "own", "scp", "rcp")
ORDER = {DENIED: 0, DEPENDS: 1, ALLOWED: 2}

principals = st.one_of(
    st.sampled_from(["*", {"AWS": "*"}, {"Service": "sqs.amazonaws.com"}]),
    st.lists(st.sampled_from([*CALLERS, HERE, THERE, f"arn:aws:iam::{THERE}:root"]), min_size=1, max_size=3).map(
        lambda named: {"AWS": named}
    ),
)
conditions = st.sampled_from(
    [
        {},
        {"StringEquals": {"aws:PrincipalAccount": HERE}},
        {"StringEquals": {"aws:PrincipalOrgID": "o-1"}},
        {"StringNotEquals": {"aws:PrincipalAccount": HERE}},
        {"Bool": {"aws:SecureTransport": "false"}},
        {"StringLike": {"aws:userid": "${aws:username}*"}},
        {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*"}},
    ]
)


@st.composite
def statements(draw: st.DrawFn, effects: tuple[str, ...] = ("Allow", "Deny", "Allow")) -> Body:
    said: dict[str, Any] = {"Effect": draw(st.sampled_from(effects))}
    actions = st.sampled_from(["*", "sqs:*", "kms:Decrypt", "sts:Assume*", "codeartifact:Read*", ["sqs:SendMessage"]])
    said[draw(st.sampled_from(["Action", "Action", "NotAction"]))] = draw(actions)
    resources = st.sampled_from(["*", "arn:aws:sqs:*", f"arn:aws:*:*:{HERE}:*", "arn:aws:kms:*:*:key/${aws:userid}"])
    said[draw(st.sampled_from(["Resource", "Resource", "NotResource"]))] = draw(resources)
    said[draw(st.sampled_from(["Principal", "Principal", "Principal", "NotPrincipal"]))] = draw(principals)
    return {**said, "Condition": draw(conditions)}


@dataclass(frozen=True)
class Asked:
    """A question, and the statements of each place; None where there is no policy at all."""

    caller: str
    call: tuple[str, str, Kind]
    account: str
    told: dict[str, list[Body] | None]

    def answer(self, context: Context = NOTHING) -> Answer:
        action, resource, kind = self.call

        def documents(place: str, of: Kind) -> tuple[Any, ...]:
            found = self.told[place]
            return () if found is None else (policy(of, *found),)

        scp, rcp = documents("scp", Kind.SCP), documents("rcp", Kind.RCP)
        policies = Policies(
            identity=documents("identity", Kind.IDENTITY),
            boundary=documents("boundary", Kind.BOUNDARY),
            session=documents("session", Kind.SESSION),
            own=documents("own", kind),
            scps=(scp,) if scp else (),
            rcps=(rcp,) if rcp else (),
        )
        request = request_of(self.caller, context)
        return evaluate(Question(request=request, action=action, resource=resource.format(self.account)), policies)

    def outcome(self) -> Outcome:
        return self.answer().outcome

    def having(self, place: str, told: list[Body] | None) -> Asked:
        return replace(self, told={**self.told, place: told})


asked = st.builds(
    Asked,
    caller=st.sampled_from(CALLERS),
    call=st.sampled_from(CALLS),
    account=st.sampled_from([HERE, THERE]),
    told=st.fixed_dictionaries({place: st.none() | st.lists(statements(), max_size=3) for place in PLACES}),
)
places = st.sampled_from(PLACES)
many = settings(max_examples=150, deadline=None)


@many
@given(asked, places, statements(("Deny",)))
def test_a_denial_never_helps(question: Asked, place: str, denial: Body) -> None:
    told = question.told[place]
    if told is None:  # a policy that there was not yet may be one that allows nothing, but never one that allows
        return
    assert ORDER[question.having(place, [*told, denial]).outcome()] <= ORDER[question.outcome()]


@many
@given(asked, places, statements(("Allow",)))
def test_an_allowance_never_harms(question: Asked, place: str, allowance: Body) -> None:
    told = question.told[place]
    if told is None and place not in {"identity", "own"}:
        return  # a limit that there was not yet limits
    assert ORDER[question.having(place, [*(told or []), allowance]).outcome()] >= ORDER[question.outcome()]


@many
@given(asked, places, st.randoms(use_true_random=False))
def test_the_order_of_statements_is_nothing(question: Asked, place: str, random: Any) -> None:
    shuffled = list(question.told[place] or [])
    random.shuffle(shuffled)
    told = None if question.told[place] is None else shuffled
    assert question.having(place, told).outcome() is question.outcome()


@many
@given(asked, st.sampled_from(["boundary", "session", "scp", "rcp"]), st.lists(statements(), max_size=3))
def test_a_limit_never_helps(question: Asked, place: str, limit: list[Body]) -> None:
    federated = ":federated-user/" in question.caller and place == "session"
    if question.told[place] is not None or federated:  # whom a session policy is all that is given of the user's
        return
    assert ORDER[question.having(place, limit).outcome()] <= ORDER[question.outcome()]


@many
@given(asked)
def test_an_answer_says_why(question: Asked) -> None:
    answer = question.answer()
    if answer.outcome is DEPENDS:
        assert answer.depends
    if answer.outcome is DENIED:
        assert answer.deciding or answer.missing or answer.rule
        assert all(each.statement.denies for each in answer.deciding)
    assert not answer.depends or answer.outcome is DEPENDS


@many
@given(asked)
def test_what_is_decided_stays_so_whatever_is_learnt(question: Asked) -> None:
    if question.outcome() is DEPENDS:
        return
    for organisation, identifier in (("o-1", "me"), ("o-2", "you"), (None, None)):
        learnt = question.answer(Context({"aws:principalorgid": organisation, "aws:userid": identifier}))
        assert learnt.outcome is question.outcome()
