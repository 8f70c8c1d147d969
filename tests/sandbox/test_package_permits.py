"""The sandbox asks the same policies of CodeArtifact about an action as `access explain` does."""

from __future__ import annotations

import json

import pytest

from waybill.domain.iam.codeartifact import ASKED_ON, asked_of
from waybill.domain.iam.documents import Kind
from waybill.sandbox.engine.admission import Caller
from waybill.sandbox.engine.codeartifact.holdings import Domain, Policy, Repository
from waybill.sandbox.engine.codeartifact.permits import admit
from waybill.sandbox.engine.refusals import Refusal

OWNER = "111111111111"
PLACE = f"arn:aws:codeartifact:us-east-1:{OWNER}"
CALLER = Caller(OWNER, lambda: f"arn:aws:iam::{OWNER}:user/bob")
NOTHING = json.dumps({"Statement": {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}})

# What makes a repository is asked before there is one.
ON_REPOSITORIES = [name for name, types in ASKED_ON.items() if types == {"repository"}]
ON_DOMAINS = [name for name, types in ASKED_ON.items() if types == {"domain"} and name != "CreateDomain"]


@pytest.mark.parametrize("kind", [Kind.DOMAIN, Kind.REPOSITORY])
@pytest.mark.parametrize("action", [*ON_REPOSITORIES, *ON_DOMAINS])
def test_a_policy_denies_in_the_sandbox_where_explain_asks_it(action: str, kind: Kind) -> None:
    denies = Policy(document=NOTHING, revision="1")
    repository = Repository(name="r", arn=f"{PLACE}:repository/d/r", administrator=OWNER, created=0)
    domain = Domain(name="d", owner=OWNER, arn=f"{PLACE}:domain/d", key="", created=0)
    (domain if kind is Kind.DOMAIN else repository).policy = denies
    on_domain = action in ON_DOMAINS
    asked = kind in asked_of(action, domain.arn if on_domain else repository.arn).kinds
    try:
        admit(CALLER, action, domain, None if on_domain else repository)
    except Refusal:
        refused = True
    else:
        refused = False
    assert refused is asked
