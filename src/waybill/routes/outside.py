"""What a deploy has to do with beside AWS's storage: the proof afterwards, and GitHub's pages."""

from __future__ import annotations

from collections.abc import Mapping

from waybill.commands.deploy import Outside
from waybill.commands.deployment.announce import OnDeployments
from waybill.commands.deployment.proof import Prover
from waybill.commands.deployment.task import Announcer, Nobody
from waybill.compose import Shop
from waybill.domain.deploy.delivery import Delivery
from waybill.domain.deploy.url_check import secrets_in
from waybill.domain.request import Request
from waybill.github.token import token_of
from waybill.ports.http import Asker
from waybill.progress import Warned


def outside(shop: Shop, values: Mapping[str, str]) -> Outside:
    """Return what a deploy is made with. What an address to ask has of secrets is masked first (P9)."""
    for secret in secrets_in(values.get("verify-url", "")):
        shop.face.mask(secret)
    asked = values.get("github-token", "").strip() or values.get("environment", "").strip()
    token = token_of(values.get("github-token", ""), shop.face.environ, shop.face.mask) if asked else ""

    def announcer(delivery: Delivery, request: Request, commit: str) -> Announcer:
        if not token:
            return Nobody()
        from waybill.github.context import RunnerContext  # noqa: PLC0415 - as the next one
        from waybill.github.deployments import github_deployments  # noqa: PLC0415 - PyGithub, where it is wanted

        context = RunnerContext.from_environ(shop.face.environ)
        deployments = github_deployments(context, token, lambda text: shop.journal.tell(Warned(text)))
        return OnDeployments(deployments, delivery, request, commit)

    return Outside(proof=Prover(asker=_asker), announcers=announcer)


def _asker() -> Asker:
    from waybill.web.ask import RequestsAsker  # noqa: PLC0415 - a tenth of a second, where a page is asked for

    return RequestsAsker()
