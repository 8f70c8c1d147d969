"""What `waybill.yaml` says, as values: one organisation's accounts, regions, names, and what stands in them.

Its form is `schemas/waybill.schema.json`; `inputs/setup` reads it, so that whatever is here was checked there. Names
are keys: no two accounts, pipelines, ... have the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from waybill.domain.arns import RoleArn
from waybill.domain.configuration import DEFAULT_PARAMETER


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group of IAM users that is made. `policies` are ARNs, none for the template's own; `members` are there."""

    name: str
    policies: tuple[str, ...] = ()
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One AWS account. `role`: who prepares it; None, whoever the credentials at hand are.

    `source` names the account whose artifacts it takes, and whose GitHub roles may come here; None where GitHub comes
    itself. `github_provider` is `made`, or `existing` where the account has GitHub's OIDC provider. `tech_leads` and
    `billing` are groups for its people, where they are IAM users.
    """

    name: str
    id: str
    role: RoleArn | None = None
    external_id: str | None = None
    alias: str | None = None
    source: str | None = None
    github_provider: str = "made"
    tech_leads: Group | None = None
    billing: Group | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefixes:
    """What names begin with: of stacks, buckets, S3 keys, channels' parameters, managed policies, roles."""

    stack: str = "waybill"
    bucket: str = "waybill-staging"
    key: str = ""
    parameter: str = "/artifacts"
    policy: str = "waybill-"
    role: str = "waybill-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """A repository, `OWNER/NAME`, and where in it a run may take each role.

    `may` has, for `stage`, `promote`, `deploy` and `read`, words `tag:PATTERN`, `branch:PATTERN`, `environment:NAME`,
    `ref:PATTERN` or `pull_request`. With both ids the immutable form of the subject is allowed, too.
    """

    name: str
    owner_id: int | None = None
    id: int | None = None
    may: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A project, and what of this file is its own: what `--delete-data PROJECT` speaks of."""

    name: str
    repository: str | None = None
    pipelines: tuple[str, ...] = ()
    clients: tuple[str, ...] = ()
    registries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """CloudFront in front of an output bucket. Without `domain_names` it has CloudFront's own."""

    domain_names: tuple[str, ...] = ()
    certificate: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """Where a pipeline unpacks to: the bucket in its own region, and one for each further region, in their order."""

    bucket: str
    folder: str = ""
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineSource:
    """The input bucket that is made, and its key; no bucket: the pipeline takes staged artifacts where they are."""

    bucket: str | None = None
    key: str = "source.zip"


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineEntry:
    """A pipeline of `account`, in `region`, that deploys into `production` there and in the regions of `also`."""

    name: str
    account: str
    production: str
    region: str
    output: Output
    source: PipelineSource = PipelineSource()
    also: tuple[str, ...] = ()
    deploy_role: str = "prods3role"
    mode: str = "QUEUED"
    starts_on_upload: bool = False
    distribution: Distribution | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A bucket for what an application's visitors up- and download. `origins` are its own web pages.

    `read_origins` are the pages from which browsers may fetch. `key`: the ARN of the key that encrypts there.
    """

    bucket: str
    origins: tuple[str, ...] = ()
    read_origins: tuple[str, ...] = ("*",)
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """One application or client, and all that it may reach. `users` are made only because they are named here.

    `keys` are ARNs of those that encrypt in its buckets; `members` users who are there already. Its role is taken by
    `services` of AWS, and by `assumers` (ARNs of roles and users) who give `external_id`. `distributions` are ids.
    """

    name: str
    account: str
    region: str
    buckets: tuple[str, ...] = ()
    media: Media | None = None
    users: tuple[str, ...] = ()
    distributions: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    assumers: tuple[str, ...] = ()
    external_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """One ECR repository. `pull_accounts` are names of this file's accounts."""

    name: str
    account: str
    region: str
    pull_accounts: tuple[str, ...] = ()
    releases: str = "v*"
    releases_kept: int = 50
    days_kept: int = 3
    bare_commits: bool = True
    immutable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageRepository:
    """One repository of a domain. `public` are words of CodeArtifact's connections (`pypi`), `upstreams` repositories
    of the domain: of this file, above it, or there already.
    """

    name: str
    public: tuple[str, ...] = ()
    upstreams: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageGrant:
    """Who else may `read`, `publish` to or `administer` a domain's repositories (none named: all).

    `account` is a name of this file's accounts; in its place an `organisation`'s id, for `read`. `arns` are the roles
    and users of the account that alone may; `packages` what may be published, `FORMAT/NAMESPACE/NAME`.
    """

    may: str
    account: str | None = None
    organisation: str | None = None
    repositories: tuple[str, ...] = ()
    arns: tuple[str, ...] = ()
    packages: str = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageDomain:
    """One CodeArtifact domain; its stacks are `packages.package_stacks`. `key` encrypts its packages, by ARN."""

    name: str
    account: str
    region: str
    repositories: tuple[PackageRepository, ...] = ()
    grants: tuple[PackageGrant, ...] = ()
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Estate:
    """All of `waybill.yaml`. `regions[0]` is home."""

    accounts: tuple[Member, ...]
    regions: tuple[str, ...]
    configuration_parameter: str = DEFAULT_PARAMETER
    bucket_parameter: str = "/buckets/staging"
    prefixes: Prefixes = Prefixes()
    external_id: str | None = None
    enforce_conditional_writes: bool = False
    repositories: tuple[Repository, ...] = ()
    projects: tuple[Project, ...] = ()
    pipelines: tuple[PipelineEntry, ...] = ()
    clients: tuple[Client, ...] = ()
    registries: tuple[Registry, ...] = ()
    package_domains: tuple[PackageDomain, ...] = ()

    @property
    def home(self) -> str:
        """The home region: what has no region of its own is made there."""
        return self.regions[0]

    def account(self, name: str) -> Member:
        """Return an account by its name."""
        return next(one for one in self.accounts if one.name == name)
