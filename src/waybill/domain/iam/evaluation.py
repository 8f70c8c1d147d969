"""Whether AWS lets a caller do something, over all policies, within an account and across accounts. Pure.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
A denial anywhere wins. Otherwise one way must be open to its end, and every level of the organisation must allow:

- in one account: an identity policy, within boundary and session policy; or a policy of the resource that names the
  caller by its role, within the same; or one that names the caller itself, or everybody, whatever they say. One that
  names the account only hands it on to identity policies. A key's policy and a role's trust must have their part in it.
- across accounts: an identity policy, within boundary and session policy, and a policy of the resource.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from waybill.domain.iam import services
from waybill.domain.iam.answers import Answer, Cited, Outcome
from waybill.domain.iam.assumed import NO_GRANT, assumptions
from waybill.domain.iam.case import Case
from waybill.domain.iam.question import Policies, Question
from waybill.domain.iam.requests import Who
from waybill.domain.iam.services import Held
from waybill.domain.iam.truth import Truth, Unknown
from waybill.domain.iam.weighing import Found

WHOSE = Unknown("whose account the resource is in")


def evaluate(question: Question, policies: Policies) -> Answer:
    """Answer a question. Raises `ValueError` where the action is not asked on such a resource."""
    held = services.held(question.action, question.resource)
    if question.account or question.request.who in {Who.SERVICE, Who.WEB}:
        return _answer(question, question.account, held, policies)
    inside = _answer(question, question.request.account, held, policies)
    outside = _answer(question, "", held, policies)
    if inside.outcome is outside.outcome:
        return inside
    return replace(inside, outcome=Outcome.DEPENDS, depends=(WHOSE, *inside.depends), missing=outside.missing)


def _answer(question: Question, account: str, held: Held, policies: Policies) -> Answer:
    request = question.asked_with(held.resource, account)
    case = Case(question, request, held, policies, crosses=account != request.account)
    common = Answer(
        outcome=Outcome.DENIED,
        looked=tuple(case.looked()),
        assumed=assumptions(question, request, held, policies),
        crosses=case.crosses and request.who not in {Who.SERVICE, Who.WEB},
    )
    if services.is_free(question.action):
        return replace(common, outcome=Outcome.ALLOWED, rule="Everybody may: AWS asks no policy about it.")
    if request.who is Who.ROOT and services.assumes(question.action):
        return replace(common, rule="Root may not assume roles, whatever policies say: assume it as a user or a role.")
    denials = [found for weighed in case.weighed for found in weighed.denies]
    sure = [found for found in denials if found.match.at_all is Truth.YES]
    if sure:
        return replace(common, deciding=_cited(sure))
    open_to = [min((need.truth for need in way), default=Truth.YES) for way in case.ways()]
    best = max(open_to)
    if best is Truth.NO:
        return replace(common, missing=tuple(case.missing()), near=tuple(case.near()))
    way = case.ways()[open_to.index(best)]
    deciding = [next(need.by(), None) for need in way]
    unsure = [unknown for found in denials for unknown in found.match.unknown]
    unsure += [unread for weighed in case.weighed for unread in weighed.unread]
    if best is Truth.YES and not unsure:
        assumed = tuple(one for one in common.assumed if one != NO_GRANT)
        return replace(common, outcome=Outcome.ALLOWED, deciding=_cited(deciding), assumed=assumed)
    for each in (need for way in case.ways() for need in way if need.truth is Truth.MAYBE):
        unsure += [unknown for found in each.by() for unknown in found.match.unknown]
    perhaps = [*(found for found in deciding if found and found.match.unknown), *denials]
    return replace(common, outcome=Outcome.DEPENDS, depends=tuple(dict.fromkeys(unsure)), deciding=_cited(perhaps))


def _cited(found: Iterable[Found | None]) -> tuple[Cited, ...]:
    return tuple(
        Cited(document=each.document, statement=each.statement, sure=each.match.at_all is Truth.YES)
        for each in found
        if each is not None
    )
