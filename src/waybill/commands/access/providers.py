"""Whether the identity provider of a token is there, in the account of the role, and for the token's audience."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from waybill.commands.access.reading import Side, refused
from waybill.domain.iam.documents import Kind
from waybill.domain.iam.question import Question
from waybill.domain.iam.services import account_of
from waybill.errors import AccessDenied
from waybill.ports.account import Account

_OIDC: Final = ":oidc-provider/"


def provider_of(question: Question, account: Account) -> Side:
    """Return what keeps a role from taking tokens of a provider, whatever its trust policy says."""
    provider = question.request.provider
    if account_of(provider) != question.account:
        said = f"A role takes tokens of providers of its own account, {question.account}, and {provider} is of another."
        return Side(nothing=(said,))
    _, oidc, issuer = provider.partition(_OIDC)
    if not oidc:
        return Side()
    try:
        audiences = account.identities().provider(provider)
    except AccessDenied as error:
        unread = refused(error, Kind.TRUST, provider, question.account)
        return Side(unread=(replace(unread, givable=False, what="audiences"),))
    if audiences is None:
        return Side(nothing=(f"There is no identity provider {provider}.",))
    asked = question.request.context.all_of(f"{issuer.lower()}:aud")
    if asked and not set(asked) & set(audiences):
        said = f"{provider} takes tokens for {' and '.join(audiences) or 'no audience'}, and not for {asked[0]}."
        return Side(nothing=(said,))
    return Side()
