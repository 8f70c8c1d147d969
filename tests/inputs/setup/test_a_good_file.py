from __future__ import annotations

from pathlib import Path

from inputs.setup.example import EXAMPLE, REGIONS, changed, example, read
from waybill.domain.setup.estate import Distribution, Group, Prefixes
from waybill.inputs.setup import read_estate


def test_the_example_is_read_as_the_sandbox_has_it() -> None:
    estate = read_estate(EXAMPLE, regions=REGIONS)
    assert [(one.name, one.id, one.source) for one in estate.accounts] == [
        ("development", "111111111111", None),
        ("production", "222222222222", "development"),
    ]
    assert {str(one.role).rsplit("/", 1)[1] for one in estate.accounts} == {"OrganizationAccountAccessRole"}
    assert (estate.regions, estate.home) == (("us-east-1", "us-west-2", "eu-west-1"), "us-east-1")
    (pipeline,) = estate.pipelines
    assert (pipeline.name, pipeline.source.bucket, pipeline.source.key, pipeline.output.bucket) == (
        "crossaccountdeploy", "codepipeline-input-bucket", "sample-website.zip", "codepipeline-output-bucket",
    )  # fmt: skip
    assert estate.repositories[0].may["promote"] == ("environment:production",)


def test_what_is_left_out_is_as_the_dataclasses_have_it(tmp_path: Path) -> None:
    estate = read(tmp_path, {"schema": 1, "accounts": {"only": {"id": "111111111111"}}, "regions": ["us-east-1"]})
    assert estate.prefixes == Prefixes()
    assert (estate.configuration_parameter, estate.bucket_parameter) == ("/startifact", "/buckets/staging")
    assert (estate.pipelines, estate.repositories, estate.external_id) == ((), (), None)
    assert estate.account("only").role is None


def test_every_key_arrives_where_it_belongs(tmp_path: Path) -> None:
    estate = read(
        tmp_path,
        changed(
            {
                "accounts|production|alias": "acme-production",
                "accounts|production|external-id": "acme-setup",
                "accounts|production|groups": {"tech-leads": {"members": ["alice"]}, "billing": {"name": "money"}},
                "configuration": {"parameter": "/acme", "bucket-parameter": "/acme-bucket"},
                "prefixes": {
                    "stack": "acme",
                    "bucket": "acme-s",
                    "key": "a/",
                    "parameter": "",
                    "policy": "",
                    "role": "",
                },
                "enforce-conditional-writes": True,
                "repositories|acme/website|owner-id": 12,
                "repositories|acme/website|id": 34,
                "pipelines|crossaccountdeploy|region": "us-west-2",
                "pipelines|crossaccountdeploy|also": ["eu-west-1"],
                "pipelines|crossaccountdeploy|output": {"bucket": "out-one", "folder": "a/b", "also": ["out-two"]},
                "pipelines|crossaccountdeploy|mode": "SUPERSEDED",
                "pipelines|crossaccountdeploy|starts-on-upload": True,
                "pipelines|crossaccountdeploy|deploy-role": "writer",
                "pipelines|crossaccountdeploy|distribution": {},
                "registries|sugarwater|releases-kept": 7,
                "registries|sugarwater|bare-commits": False,
                "registries|sugarwater|immutable": True,
                "clients|brewery|users": ["uploader"],
                "clients|brewery|buckets": ["brewery-content"],
                "clients|brewery|distributions": ["E1A2B3C4D5E6F7"],
                "clients|brewery|region": "eu-central-1",
            }
        ),
    )
    member = estate.account("production")
    assert (member.alias, member.external_id) == ("acme-production", "acme-setup")
    assert member.tech_leads == Group(name="tech-leads", members=("alice",))
    assert member.billing == Group(name="money")
    assert (estate.configuration_parameter, estate.bucket_parameter) == ("/acme", "/acme-bucket")
    assert estate.prefixes == Prefixes(stack="acme", bucket="acme-s", key="a/", parameter="", policy="", role="")
    assert estate.enforce_conditional_writes
    assert (estate.repositories[0].owner_id, estate.repositories[0].id) == (12, 34)
    pipeline, client, registry = estate.pipelines[0], estate.clients[0], estate.registries[0]
    assert (pipeline.region, pipeline.also, pipeline.output.also) == ("us-west-2", ("eu-west-1",), ("out-two",))
    assert (pipeline.mode, pipeline.starts_on_upload, pipeline.deploy_role) == ("SUPERSEDED", True, "writer")
    assert (pipeline.output.folder, pipeline.distribution) == ("a/b", Distribution())
    assert (registry.releases_kept, registry.bare_commits, registry.immutable, registry.region) == (
        7, False, True, "us-east-1",
    )  # fmt: skip
    assert (client.users, client.buckets, client.region) == (("uploader",), ("brewery-content",), "eu-central-1")
    assert client.distributions == ("E1A2B3C4D5E6F7",)


def test_a_staged_source_has_no_bucket(tmp_path: Path) -> None:
    estate = read(tmp_path, changed({"pipelines|crossaccountdeploy|source": "staged"}))
    assert estate.pipelines[0].source.bucket is None


def test_json_is_yaml(tmp_path: Path) -> None:
    import json

    assert read(tmp_path, json.dumps(example())) == read_estate(EXAMPLE, regions=REGIONS)


def test_a_byte_order_mark_and_other_line_ends_change_nothing(tmp_path: Path) -> None:
    text = EXAMPLE.read_text().replace("\n", "\r\n")
    (tmp_path / "waybill.yaml").write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert read_estate(tmp_path / "waybill.yaml", regions=REGIONS) == read_estate(EXAMPLE, regions=REGIONS)
