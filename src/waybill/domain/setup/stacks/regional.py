"""The stacks of `region.yaml` and `identity.yaml`: what every account has, and who may come in."""

from __future__ import annotations

from collections.abc import Iterator

from waybill.domain.arns import partition_of
from waybill.domain.setup.estate import Estate, Member, PipelineEntry, Repository
from waybill.domain.setup.stacks.wanted import StackRef, Value, WantedStack, listed, shortened, stack_name

ROLES = ("stage", "promote", "deploy", "read")


def region_ref(estate: Estate, account: str, region: str) -> StackRef:
    """Return the stack of `region.yaml` of an account in a region."""
    return StackRef(account, region, stack_name(estate.prefixes.stack, "region"))


def pipeline_ref(estate: Estate, pipeline: PipelineEntry) -> StackRef:
    """Return the stack of `pipeline.yaml` of a pipeline."""
    name = stack_name(estate.prefixes.stack, "pipeline", pipeline.name)
    return StackRef(pipeline.account, pipeline.region, name)


def production_ref(estate: Estate, pipeline: PipelineEntry, region: str) -> StackRef:
    """Return the stack of `production.yaml` of a pipeline in one of its regions."""
    return StackRef(pipeline.production, region, stack_name(estate.prefixes.stack, "production", pipeline.name))


def bucket_name(estate: Estate, account: Member, region: str) -> str:
    """Return the name of the bucket of staged artifacts that `region.yaml` makes."""
    return f"{estate.prefixes.bucket}-{account.id}-{region}"


def region_stack(estate: Estate, account: Member, region: str) -> WantedStack:
    """Return the stack that holds an account's artifacts in a region. All regions have the same parameters."""
    prefixes = estate.prefixes
    source = estate.account(account.source) if account.source else None
    readers = [one.id for one in estate.accounts if one.source == account.name]
    into = [one for one in estate.pipelines if one.production == account.name]
    pipelines_of = [estate.account(one.account).id for one in into]
    partition = partition_of(region)
    parameters: dict[str, Value] = {
        "HomeRegion": estate.home,
        "BucketNamePrefix": prefixes.bucket,
        "BucketParameter": estate.bucket_parameter,
        "ConfigurationParameter": estate.configuration_parameter,
        "KeyPrefix": prefixes.key,
        "ParameterPrefix": prefixes.parameter,
        "PolicyNamePrefix": prefixes.policy,
        "ReaderAccounts": listed(readers),
        "PromoteRoleName": f"{prefixes.role}promote",
        "SourceAccount": source.id if source else "",
        "SourceBuckets": f"{prefixes.bucket}-{source.id if source else '*'}-*",
        # The template takes one: two accounts' pipelines into one production are refused when the file is read.
        "PipelineAccount": next((one for one in pipelines_of if one != account.id), ""),
        "OutputBucketArns": listed(
            f"arn:{partition}:s3:::{bucket}" for one in into for bucket in (one.output.bucket, *one.output.also)
        ),
        "DistributionSetup": prefixes.stack if any(one.distribution for one in into) else "",
        "EnforceConditionalWrites": "yes" if estate.enforce_conditional_writes else "no",
        # A replica that is rolled back is only scheduled for deletion, and for 30 days KMS takes no other in its place:
        # a key of its own may be made again at once, and no region waits for another.
        "KeyPerRegion": "yes",
        "KeyAlias": f"alias/{prefixes.bucket}",
    }
    return WantedStack(ref=region_ref(estate, account.name, region), template="region", parameters=parameters)


def identity_stack(estate: Estate, account: Member) -> WantedStack:
    """Return the stack of an account's roles: GitHub comes into the first of a chain, and from there into the others.

    A run assumes one role (`role`) from that which GitHub's token gave it (`oidc-role`), so it passes through no other.
    """
    parameters: dict[str, Value] = {"RoleNamePrefix": estate.prefixes.role}
    entry = entry_of(estate, account)
    parameters["MakeProvider"] = "no" if account.source or account.github_provider == "existing" else "yes"
    if account.source:
        parameters |= {"TrustedAccounts": entry.id, "ExternalId": estate.external_id or ""}
    own = [one for one in estate.pipelines if one.account == account.name]
    # What is staged is promoted into an account that takes from another: a tag alone does not get there.
    for role in ROLES[1:] if account.source else ROLES:
        word = role.capitalize()
        parameters[f"{word}PolicyArns"] = listed(_policies(estate, account, role, own))
        if account.source:
            parameters[f"{word}Assumers"] = listed([role_arn(estate, entry, role)])
            continue
        subjects = [subject for one in estate.repositories for subject in subjects_of(one, role)]
        targets = [
            role_arn(estate, one, role)
            for one in estate.accounts
            if role != "stage" and one.source and entry_of(estate, one) == account
        ]
        parameters[f"{word}Subjects"] = listed(subjects)
        parameters[f"{word}Targets"] = listed(targets)
    home = region_ref(estate, account.name, estate.home)
    return WantedStack(
        ref=StackRef(account.name, estate.home, stack_name(estate.prefixes.stack, "identity")),
        template="identity",
        parameters=parameters,
        after=frozenset({home, *(pipeline_ref(estate, one) for one in own)}),
    )


def entry_of(estate: Estate, account: Member) -> Member:
    """Return the account that GitHub comes into, on the way to this one: the first of those that it takes from."""
    while account.source:
        account = estate.account(account.source)
    return account


def role_arn(estate: Estate, account: Member, role: str) -> str:
    """Return the ARN of one of the roles that `identity.yaml` makes."""
    return f"arn:{partition_of(estate.home)}:iam::{account.id}:role/{estate.prefixes.role}{role}"


def pipeline_policy(estate: Estate, pipeline: PipelineEntry) -> str:
    """Return the name of the policy of who deploys with a pipeline."""
    return shortened(f"{estate.prefixes.policy}AllowPipeline-{pipeline.name}", 128)


def _policies(estate: Estate, account: Member, role: str, own: list[PipelineEntry]) -> Iterator[str]:
    begin = f"arn:{partition_of(estate.home)}:iam::{account.id}:policy/"
    # Who promotes only reads in an account that nothing is promoted into.
    named = {"stage": "AllowWrite", "promote": "AllowPromote" if account.source else "AllowRead", "read": "AllowRead"}
    yield f"{begin}{estate.prefixes.policy}{named.get(role, 'AllowDeploy')}"
    if role == "deploy":
        yield from (f"{begin}{pipeline_policy(estate, one)}" for one in own)


def subjects_of(repository: Repository, role: str) -> Iterator[str]:
    """Yield the subjects of GitHub's tokens that may take a role: the classic form, and the one with ids where known.

    https://docs.github.com/en/actions/reference/security/oidc
    """
    owner, _, name = repository.name.partition("/")
    forms = [f"repo:{owner}/{name}"]
    if repository.owner_id is not None and repository.id is not None:
        forms.append(f"repo:{owner}@{repository.owner_id}/{name}@{repository.id}")
    for word in repository.may.get(role, ()):
        kind, _, value = word.partition(":")
        context = {"tag": f"ref:refs/tags/{value}", "branch": f"ref:refs/heads/{value}"}.get(kind, word)
        yield from (f"{form}:{context}" for form in forms)
