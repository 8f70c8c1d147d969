"""Files of `waybill.yaml`, as values: some that matter, and a strategy that makes any that the reading takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from hypothesis import strategies as st

from waybill.domain.setup.estate import Estate
from waybill.inputs.file.places import Places
from waybill.inputs.setup.build import build
from waybill.inputs.setup.read import check

File = dict[str, Any]
REGIONS: Final = frozenset({"us-east-1", "us-west-2", "eu-west-1", "ap-southeast-1", "eu-central-1"})
NUMBERS: Final = {"development": "111111111111", "production": "222222222222", "brewery": "333333333333"}
LONG: Final = "a-pipeline.With_every@sign-and-a-name-that-is-as-long-as-CodePipeline-takes-it-which-is-100-letters"
KEY: Final = "arn:aws:kms:us-east-1:222222222222:key/11111111-2222-3333-4444-555555555555"
CERTIFICATE: Final = "arn:aws:acm:us-east-1:222222222222:certificate/11111111-2222-3333-4444-555555555555"


def faults(file: Mapping[str, Any]) -> list[str]:
    """Return what the reading has against a file."""
    places = Places("waybill.yaml")
    check(file, places, regions=REGIONS)
    return [str(fault) for fault in places.faults()]


def estate(file: Mapping[str, Any]) -> Estate:
    """Return what a file says that the reading takes."""
    assert faults(file) == []
    return build(file)


def file(**parts: Any) -> File:
    """Return a file of two accounts; `parts` in the place of its own, `_` for `-`."""
    return {
        "schema": 1,
        "accounts": {
            "development": {"id": NUMBERS["development"]},
            "production": {"id": NUMBERS["production"], "from": "development"},
        },
        "regions": ["us-east-1", "us-west-2", "eu-west-1"],
        "external-id": "acme-releases",
        **{name.replace("_", "-"): part for name, part in parts.items()},
    }


def pipeline(name: str = "site", **more: Any) -> File:
    """Return a pipeline from development into production, whose buckets have its name."""
    return {
        "account": "development",
        "production": "production",
        "source": {"bucket": f"{name}-input"},
        "output": {"bucket": f"{name}-output"},
        **{key.replace("_", "-"): value for key, value in more.items()},
    }


WORDS: Final = ["tag:v*", "branch:main", "branch:release/*", "ref:refs/heads/x", "environment:the production"]
REPOSITORIES: Final = {
    "acme/website": {"stage": WORDS, "promote": WORDS, "deploy": WORDS, "read": WORDS},
    "Acme_2/.github": {"owner-id": 12, "id": 34, "stage": ["tag:*"]},
}

FILES: Final[Mapping[str, File]] = {
    "one account, and nothing else": file(accounts={"only": {"id": NUMBERS["development"]}}, regions=["us-east-1"]),
    "two accounts": file(),
    "a chain of three accounts": file(
        accounts={
            "development": {"id": NUMBERS["development"]},
            "staging": {"id": NUMBERS["brewery"], "from": "development"},
            "production": {"id": NUMBERS["production"], "from": "staging"},
        },
        repositories=REPOSITORIES,
    ),
    "one account from which two take": file(
        accounts={
            "development": {"id": NUMBERS["development"]},
            "production": {"id": NUMBERS["production"], "from": "development"},
            "brewery": {"id": NUMBERS["brewery"], "from": "development"},
        },
        pipelines={
            "site": pipeline("site"),
            "brewery": pipeline("brewery", production="brewery"),
        },
    ),
    "accounts that have nothing to do with each other": file(
        accounts={name: {"id": number} for name, number in NUMBERS.items()}, repositories=REPOSITORIES
    ),
    "repositories with and without ids": file(repositories=REPOSITORIES),
    "a pipeline in three regions": file(
        pipelines={
            "site": pipeline(
                also=["us-west-2", "ap-southeast-1"],
                output={"bucket": "pages.example.com", "folder": "site/v1", "also": ["pages-west", "pages-asia"]},
                starts_on_upload=True,
                mode="SUPERSEDED",
            )
        }
    ),
    "a pipeline of another region than home": file(pipelines={"site": pipeline(region="eu-central-1")}),
    "a pipeline that takes staged artifacts": file(
        pipelines={
            "site": pipeline(source="staged", region="eu-west-1", also=["us-east-1"])
            | {"output": {"bucket": "one-output", "also": ["two-output"]}}
        },
        prefixes={"key": "artifacts/here/", "bucket": "acme"},
    ),
    "a pipeline inside one account": file(pipelines={"site": pipeline(production="development")}),
    "pipelines with names that are hard to take": file(
        pipelines={
            name: pipeline(f"n{number}", deploy_role=f"role-{number}")
            for number, name in enumerate([LONG, "Site", "s", "-", "a.b", "a" * 31, "b" * 32, "9"])
        }
    ),
    "pipelines whose names differ where a name must be cut": file(
        pipelines={f"{'p' * 99}{end}": pipeline(f"n{end}", deploy_role=f"role-{end}") for end in "ab"},
        prefixes={"policy": "p" * 64, "stack": "s" * 40},
    ),
    "two pipelines into one production": file(
        pipelines={
            "one": pipeline("one", deploy_role="one-role", also=["us-west-2"])
            | {"output": {"bucket": "one-output", "also": ["one-west"]}},
            "two": pipeline("two", deploy_role="two-role", also=["us-west-2"])
            | {"output": {"bucket": "two-output", "also": ["two-west"]}},
        }
    ),
    "a distribution with a name of its own": file(
        pipelines={
            "site": pipeline(
                distribution={"domain-names": ["www.example.com", "*.example.com"], "certificate": CERTIFICATE},
                output={"bucket": "site-output", "folder": "site"},
            ),
            "other": pipeline("other", deploy_role="other", distribution={}),
        }
    ),
    "clients with all that they may have": file(
        pipelines={"site": pipeline()},
        clients={
            "brewery": {
                "account": "production",
                "region": "eu-west-1",
                "buckets": ["site-output", "brewery.content"],
                "media": {
                    "bucket": "brewery-media",
                    "origins": ["https://www.example.com", "http://localhost:8080"],
                    "read-origins": ["https://*.example.com"],
                    "key": KEY,
                },
                "keys": [KEY],
                "services": ["ecs-tasks.amazonaws.com"],
                "assumers": [f"arn:aws:iam::{NUMBERS['brewery']}:role/path/brewery"],
                "external-id": "brewery",
                "users": ["one", "two@example.com", "three"],
                "members": ["alice"],
                "distributions": ["E1A2B3C4D5E6F7"],
            },
            "none": {"account": "development"},
            "open": {"account": "development", "media": {"bucket": "open-media"}},
        },
        projects={"SugarWater": {"clients": ["brewery"], "pipelines": ["site"]}},
    ),
    "registries": file(
        registries={
            "acme/site.x": {
                "account": "production",
                "region": "eu-central-1",
                "pull-accounts": ["development"],
                "releases": "release-*",
                "releases-kept": 7,
                "days-kept": 1,
                "bare-commits": False,
                "immutable": True,
            },
            "waybill": {"account": "development"},
        }
    ),
    "CodeArtifact with grants of every kind": file(
        codeartifact={
            "acme": {
                "account": "development",
                "key": "arn:aws:kms:us-east-1:111111111111:key/11111111-2222-3333-4444-555555555555",
                "repositories": {
                    "shared.all": {"public": ["pypi", "npmjs"]},
                    "internal": {"public": ["pypi"], "upstreams": ["shared.all", "there-already"]},
                },
                "grants": [
                    {"account": "production", "may": "read", "repositories": ["internal"]},
                    {"organisation": "o-a1b2c3d4e5", "may": "read"},
                    {
                        "account": "production",
                        "may": "publish",
                        "packages": "pypi//acme-*",
                        "arns": [f"arn:aws:iam::{NUMBERS['production']}:role/publisher"],
                    },
                    {"account": "production", "may": "administer"},
                ],
            }
        }
    ),
    "every prefix of one's own": file(
        prefixes={
            "stack": "acme-prepared",
            "bucket": "a" * 31,
            "key": "some/prefix!/",
            "parameter": "/a/b.c",
            "policy": "Acme=@.",
            "role": "r" * 57,
        },
        configuration={"parameter": "/acme/startifact", "bucket-parameter": "/acme/bucket"},
        enforce_conditional_writes=True,
        pipelines={"site": pipeline(), "staged": pipeline("staged", deploy_role="staged", source="staged")},
    ),
    "no prefix where none is needed": file(prefixes={"key": "", "parameter": "", "policy": "", "role": ""}),
}

_names = st.from_regex(r"[A-Za-z0-9.@_-]{1,100}", fullmatch=True)
_buckets = st.from_regex(r"[a-z][a-z0-9.-]{1,20}[a-z0-9]", fullmatch=True)
_words = st.lists(
    st.from_regex(
        r"(tag:[a-z*/.@]{1,8}|branch:[a-z*/]{1,8}|ref:refs/(heads|tags)/[a-z*]{1,5}|environment:[a-z][a-z ]{1,5}x)",
        fullmatch=True,
    ),
    max_size=3,
    unique=True,
)
_repositories = st.dictionaries(
    st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,38}/[A-Za-z0-9_-][A-Za-z0-9_.-]{0,50}", fullmatch=True),
    st.fixed_dictionaries(
        {"stage": _words, "deploy": _words},
        optional={"promote": _words, "read": _words},
    ),
    max_size=2,
)


@st.composite
def _pipelines(draw: st.DrawFn) -> File:
    own = draw(st.sampled_from(sorted(REGIONS)))
    also = draw(st.lists(st.sampled_from(sorted(REGIONS - {own})), max_size=2, unique=True))
    account, production = draw(st.sampled_from([("development", "production"), ("development", "brewery")]))
    return {
        "account": account,
        "production": production,
        "region": own,
        "also": also,
        "source": draw(st.just("staged") | st.fixed_dictionaries({"bucket": _buckets})),
        "output": {
            "bucket": draw(_buckets),
            "folder": draw(st.from_regex(r"([a-z!_.-]{1,5}(/[a-z]{1,5})?)?", fullmatch=True)),
            "also": [draw(_buckets) for _ in also],
        },
        "deploy-role": draw(st.from_regex(r"[A-Za-z0-9+=.@_-]{1,64}", fullmatch=True)),
        **draw(st.sampled_from([{}, {"distribution": {}}])),
    }


def files() -> st.SearchStrategy[File]:
    """Return files of three accounts that the reading takes."""
    accounts = {
        "development": {"id": NUMBERS["development"]},
        "production": {"id": NUMBERS["production"], "from": "development"},
        "brewery": {"id": NUMBERS["brewery"], "from": "development"},
    }
    made = st.builds(
        file,
        accounts=st.just(accounts),
        regions=st.lists(st.sampled_from(sorted(REGIONS)), min_size=1, unique=True),
        repositories=_repositories,
        pipelines=st.dictionaries(_names, _pipelines(), max_size=3),
        prefixes=st.fixed_dictionaries(
            {},
            optional={
                "stack": st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,39}", fullmatch=True),
                "bucket": st.from_regex(r"[a-w0-9][a-z0-9-]{1,30}", fullmatch=True),
                "key": st.from_regex(r"([A-Za-z0-9!_.-][A-Za-z0-9!_./-]{0,20}/)?", fullmatch=True),
                "parameter": st.from_regex(r"(/[b-z0-9_.-]{1,8}){0,3}", fullmatch=True),
                "policy": st.from_regex(r"[A-Za-z0-9+=.@_-]{0,64}", fullmatch=True),
                "role": st.from_regex(r"[A-Za-z0-9+=.@_-]{0,57}", fullmatch=True),
            },
        ),
        enforce_conditional_writes=st.booleans(),
    )
    return made.filter(lambda one: not faults(one))
