"""The policies of CodeArtifact's domains and repositories. AWS counts their revisions, and compares them in a put.

https://docs.aws.amazon.com/codeartifact/latest/APIReference/API_PutRepositoryPermissionsPolicy.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from waybill.aws.calls import Calls
from waybill.aws.meanings import Asked
from waybill.domain.access.meaning import same_document
from waybill.domain.access.refs import Live, Ref
from waybill.domain.iam.documents import Kind
from waybill.errors import AccessDenied, Fault, InputError
from waybill.ports.policies import PutEnd, Written

NOT_FOUND: Mapping[str, Any] = {"ResourceNotFoundException": None}
STALE: Mapping[str, Any] = {"ConflictException": PutEnd.STALE}
HELD = {Kind.DOMAIN: "domain", Kind.REPOSITORY: "repository"}


class PackagePolicies:
    """One account's CodeArtifact in one region."""

    def __init__(self, client: Callable[[], Any], calls: Calls, *, region: str, account: str, partition: str) -> None:
        self._client = client
        self._calls = calls
        self._region = region
        self._account = account
        self._partition = partition

    def read(self, ref: Ref) -> Live | None:
        """Return a document; None where there is none."""
        answer = self._ask(ref, "Get", "PermissionsPolicy", NOT_FOUND)
        if answer is None:
            self._must_be(ref)
            return None
        return Live(text=str(answer["policy"]["document"]), revision=str(answer["policy"]["revision"]))

    def put(self, ref: Ref, text: str, *, before: Live | None) -> Written:
        """Put a document; where nothing was there no revision guards it, so that it is read again just before."""
        if before is None:
            now = self.read(ref)
            if now is not None:
                return self._own_or_stale(now, text)
        revision = {"policyRevision": before.revision} if before else {}
        answer = self._ask(ref, "Put", "PermissionsPolicy", STALE, policyDocument=text, **revision)
        if answer is PutEnd.STALE:
            # Where the answer to a put was lost, the next try meets what it wrote itself.
            return self._own_or_stale(self.read(ref), text)
        return Written(PutEnd.DONE, str(answer["policy"]["revision"]))

    def delete(self, ref: Ref, *, before: Live) -> PutEnd:
        """Delete a document, with its revision; one that is gone is no fault."""
        found = self._ask(ref, "Delete", "PermissionsPolicy", {**STALE, **NOT_FOUND}, policyRevision=before.revision)
        return PutEnd.STALE if found is PutEnd.STALE else PutEnd.DONE

    def all(self) -> Iterator[Ref]:
        """Yield the documents of all domains and their repositories."""
        for domain in self._pages("ListDomains", "domains", "list_domains", f"{self._arn}domain/*"):
            name = str(domain["name"])
            yield self._ref(Kind.DOMAIN, name)
            below = self._pages(
                "ListRepositoriesInDomain",
                "repositories",
                "list_repositories_in_domain",
                str(domain["arn"]),
                domain=name,
            )
            for repository in below:
                yield self._ref(Kind.REPOSITORY, f"{name}/{repository['name']}")

    def _ref(self, kind: Kind, name: str) -> Ref:
        return Ref(account="", owner=self._account, region=self._region, kind=kind, name=name)

    @property
    def _arn(self) -> str:
        return f"arn:{self._partition}:codeartifact:{self._region}:{self._account}:"

    def _must_be(self, ref: Ref) -> None:
        """Raise `InputError` where the domain or repository is not there; whoever may not ask does not hear."""
        try:
            found = self._ask(ref, "Describe", "", NOT_FOUND)
        except AccessDenied:
            return
        if found is None:
            rule = f"is no {HELD[ref.kind]} in {ref.region} of the account {ref.account} ({ref.owner})."
            raise InputError([Fault(HELD[ref.kind], ref.name, rule)], "Make it first, or correct the file.")

    def _own_or_stale(self, now: Live | None, text: str) -> Written:
        if now is not None and same_document(now.text, text):
            return Written(PutEnd.DONE, now.revision)
        return Written(PutEnd.STALE)

    def _ask(self, ref: Ref, verb: str, rest: str, answers: Mapping[str, Any], **more: Any) -> Any:
        held = HELD[ref.kind]
        domain, _, repository = ref.name.partition("/")
        named = {"domain": domain, "domainOwner": ref.owner, **({"repository": repository} if repository else {})}
        ending = rest.replace("PermissionsPolicy", "_permissions_policy")
        asked = Asked(
            action=f"codeartifact:{verb}{held.capitalize()}{rest}",
            resource=ref.arn,
            where=f"the {held} {ref.name} in {ref.region}",
        )
        call = getattr(self._client(), f"{verb.lower()}_{held}{ending}")
        return self._calls.perform(asked, lambda: call(**named, **more), answers)

    def _pages(self, action: str, key: str, method: str, resource: str, **given: str) -> Iterator[Mapping[str, Any]]:
        asked = Asked(action=f"codeartifact:{action}", resource=resource, where=f"CodeArtifact in {self._region}")
        more: dict[str, str] = {}
        while True:
            page = {**given, **more}
            call = getattr(self._client(), method)
            answer = self._calls.perform(asked, lambda call=call, page=page: call(**page))  # type: ignore[misc]
            yield from answer.get(key, [])
            if not answer.get("nextToken"):
                return
            more = {"nextToken": answer["nextToken"]}
