"""Who may do what: the policies of domains and repositories, as CodeArtifact asks them.

Whoever is in the owner's account may do everything that no policy denies; everybody else needs to be let in by the
domain's policy or the repository's. What is asked of an account sees no policy; what is asked of a domain only the
domain's. A policy that is to be put is not asked itself, so that nobody locks himself out; one to be deleted is.
https://docs.aws.amazon.com/codeartifact/latest/ug/repo-policies.html
"""

from __future__ import annotations

from collections.abc import Iterable

from waybill.domain.iam.context import Context
from waybill.domain.iam.policies import Decision
from waybill.sandbox.engine import judging
from waybill.sandbox.engine.admission import Caller
from waybill.sandbox.engine.codeartifact.holdings import Domain, Policy, Repository
from waybill.sandbox.engine.refusals import Refusal


def admit(
    caller: Caller, action: str, domain: Domain, repository: Repository | None = None, resource: str = ""
) -> None:
    """Raise `Refusal` unless `caller` may do `action` (`DescribeRepository`) on a domain, or a repository of it.

    `resource` is an ARN: left out, that of the repository or the domain.
    """
    asked = [domain.policy]
    if repository is not None:
        asked.append(repository.policy)
    if action == "PutDomainPermissionsPolicy":
        asked.remove(domain.policy)
    if repository is not None and action == "PutRepositoryPermissionsPolicy":
        asked.remove(repository.policy)
    resource = resource or (repository.arn if repository is not None else domain.arn)
    said = set(_said(caller, f"codeartifact:{action}", asked, resource))
    own = caller.account == domain.owner
    if Decision.DENIED in said:
        raise _denied(caller, action, resource, "with an explicit deny in a resource-based policy")
    if not own and Decision.ALLOWED not in said:
        raise _denied(
            caller, action, resource, f"because no resource-based policy allows the codeartifact:{action} action"
        )


def _said(caller: Caller, action: str, asked: Iterable[Policy | None], resource: str) -> Iterable[Decision]:
    for policy in asked:
        if policy is not None:
            yield judging.judge(
                policy.document,
                action,
                caller=caller.arn(),
                account=caller.account,
                resource=resource,
                context=Context({}),
            )


def _denied(caller: Caller, action: str, resource: str, why: str) -> Refusal:
    message = f"User: {caller.arn()} is not authorized to perform: codeartifact:{action} on resource: {resource} {why}"
    return Refusal("AccessDeniedException", message, 403)
