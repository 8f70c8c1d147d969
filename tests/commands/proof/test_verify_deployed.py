from __future__ import annotations

import io
import os
import stat
import zipfile
from dataclasses import replace
from typing import Any

import pytest

from commands.proof.published import OUTPUT, PAGES, Site, deploy_action, pipeline, tools, zipped
from fakes.account import FakeAccount
from fakes.aws import DEVELOPMENT, PRODUCTION, bucket_name
from fakes.deployed import FakeDeployedBucket
from waybill.cancel import Cancellation
from waybill.commands.proof import compare
from waybill.commands.proof import zipped as zipped_module
from waybill.commands.proof.verify import verify_deployed
from waybill.domain.deploy.compared import Choice, FileChecksums
from waybill.domain.deploy.execution import ActionRun, ActionStatus
from waybill.domain.deploy.pipeline import ActionDefinition
from waybill.errors import AccessDenied, ArtifactError, Cancelled, Unavailable, WaybillError


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.mark.parametrize("checksum", [True, False])
@pytest.mark.parametrize("kms_key", [None, "arn:aws:kms:us-east-1:222222222222:key/0"])
def test_what_was_deployed_whole_is_found_whole(site: Site, checksum: bool, kms_key: str | None) -> None:
    site.deploy(checksum=checksum, kms_key=kms_key)
    (found,) = site.verify()
    assert (found.compared, found.good, found.files) == (True, True, len(PAGES))
    assert (found.missing, found.different, found.unproven, found.extra, found.notes) == ((), (), (), (), ())
    assert found.words == "Deploy -> s3://codepipeline-output-bucket: 4 files are as staged."


@pytest.mark.parametrize("checksum", [True, False])
def test_a_file_of_other_bytes_and_the_same_size_is_different(site: Site, checksum: bool) -> None:
    site.deploy(checksum=checksum)
    site.world.plant(OUTPUT, "css/site.css", PAGES["css/site.css"].replace(b"0", b"1"), checksum=checksum)
    (found,) = site.verify()
    assert (found.good, found.different, found.missing) == (False, ("css/site.css",), ())


def test_a_file_of_another_size_is_different_and_nobody_asks_for_its_checksum(site: Site) -> None:
    site.deploy()
    site.world.plant(OUTPUT, "index.html", b"old")
    site.world.plant(OUTPUT, "empty.txt", b"not empty")
    (found,) = site.verify()
    assert found.different == ("empty.txt", "index.html")
    assert {call.name for call in site.world.calls.log() if call.call == "head"}.isdisjoint(found.different)


def test_a_file_that_is_not_there_is_missing(site: Site) -> None:
    site.deploy()
    for name in ("zażółć.html", "empty.txt"):
        site.world.delete(OUTPUT, name)
    (found,) = site.verify()
    assert (found.good, found.missing, found.files) == (False, ("empty.txt", "zażółć.html"), 4)
    assert "2 files are as staged; 2 missing (empty.txt, zażółć.html)" in found.words


def test_a_file_that_goes_away_while_it_is_looked_at_is_missing(site: Site) -> None:
    site.deploy()
    site.world.on("head", lambda call: site.world.delete(OUTPUT, "index.html"), key="index")
    assert site.verify()[0].missing == ("index.html",)


def test_what_was_there_before_is_extra_and_no_harm(site: Site) -> None:
    site.deploy()
    site.world.plant(OUTPUT, "old/page.html", b"old")
    site.world.plant(OUTPUT, "css/", b"")
    (found,) = site.verify()
    assert (found.good, found.extra) == (True, ("old/page.html",))


@pytest.mark.parametrize("key", ["www/site", "www/site/"])
def test_with_a_folder_only_what_lies_there_is_looked_at(site: Site, key: str) -> None:
    site.deploy("www/site/")
    site.world.plant(OUTPUT, "index.html", b"another site's")
    site.world.plant(OUTPUT, "www/sites.html", b"another site's")
    site.world.plant(OUTPUT, "www/site/old.html", b"old")
    (found,) = site.verify(deploy_action(ObjectKey=key))
    assert (found.good, found.files, found.extra) == (True, 4, ("old.html",))


def test_where_s3_knows_the_crc32_nothing_of_the_zip_but_its_directory_is_read(site: Site) -> None:
    site.pages["large.bin"] = bytes(range(256)) * 4096
    site.stage(zipped(site.pages))
    site.deploy(checksum=False)
    crc32_only = site.verify()[0].good, site.streamed()
    site.world.calls.forget()
    site.deploy(checksum=True)
    assert crc32_only[0]
    assert site.verify()[0].good
    assert site.streamed() > crc32_only[1]


class Bare(FakeAccount):
    """An account whose deployed objects have no checksum that S3 tells."""

    def deployed_bucket(self, region: str, name: str, *, owner: str | None) -> FakeDeployedBucket:
        return BareBucket(self._world, region=region, name=name, owner=owner, caller=self._caller.account)


class BareBucket(FakeDeployedBucket):
    def checksums(self, key: str) -> FileChecksums | None:
        found = super().checksums(key)
        return found and FileChecksums(size=found.size)


def bare(site: Site) -> Bare:
    return Bare(site.world, site.world.account(PRODUCTION).caller())


def test_where_s3_knows_no_checksum_the_objects_are_read(site: Site) -> None:
    site.deploy()
    site.world.plant(OUTPUT, "index.html", PAGES["index.html"].replace(b"Sugar", b"Water"))
    (found,) = site.verify(accounts=[bare(site)])
    assert (found.different, found.unproven, found.missing) == (("index.html",), (), ())


def test_beyond_so_many_bytes_objects_are_not_read_and_stay_unproven(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compare, "MOST_READ", 100)
    site.deploy()
    (found,) = site.verify(accounts=[bare(site)])
    assert (found.good, found.unproven) == (True, ("index.html", "zażółć.html"))
    assert "2 files are as staged; 2 unproven (index.html, zażółć.html)" in found.words


@pytest.mark.parametrize("call", ["head", "stream"])
def test_where_objects_may_be_listed_and_not_read_names_and_sizes_are_compared(site: Site, call: str) -> None:
    site.deploy()
    site.world.delete(OUTPUT, "index.html")
    site.world.plant(OUTPUT, "zażółć.html", b"short")
    site.world.deny(call, key=r"^css")
    account = bare(site) if call == "stream" else site.world.account(PRODUCTION)
    (found,) = site.verify(accounts=[account])
    assert (found.missing, found.different, found.unproven) == (("index.html",), ("zażółć.html",), ("css/site.css",))
    assert [note[:30] for note in found.notes] == ["Not every object may be read, "]


def test_after_one_refusal_nobody_asks_a_thousand_times(site: Site) -> None:
    site.pages.update({f"{number}.html": b"x" for number in range(300)})
    site.stage(zipped(site.pages))
    site.deploy()
    site.world.deny("head")
    assert len(site.verify()[0].unproven) == 303
    assert sum(call.call == "head" for call in site.world.calls.log()) == 1


def test_auto_says_why_where_the_bucket_may_not_be_listed_and_always_is_refused(site: Site) -> None:
    site.deploy()
    site.world.deny("list")
    (found,) = site.verify(choice=Choice.AUTO)
    assert (found.compared, found.good) == (False, True)
    assert "may not list" in found.why
    assert found.words.startswith("Deploy -> s3://codepipeline-output-bucket: not compared: ")
    with pytest.raises(AccessDenied, match="What Deploy deployed may not be looked at"):
        site.verify(choice=Choice.ALWAYS)


def test_never_asks_nobody(site: Site) -> None:
    assert site.verify(choice=Choice.NEVER) == ()
    assert site.world.calls.log() == []


def test_the_accounts_are_tried_in_order_and_the_first_that_may_looks(site: Site) -> None:
    site.deploy()
    development, production = site.world.account(DEVELOPMENT), site.world.account(PRODUCTION)
    assert site.verify(accounts=[development, production])[0].good
    with pytest.raises(AccessDenied):
        site.verify(accounts=[development])


def test_p7_a_bucket_of_another_account_than_the_roles_is_not_looked_at(site: Site) -> None:
    site.deploy()
    role = f"arn:aws:iam::{DEVELOPMENT}:role/deploy"
    with pytest.raises(AccessDenied):
        site.verify(deploy_action(role=role))
    assert site.verify(deploy_action(role=None))[0].good


def test_every_s3_deploy_action_is_looked_at_and_the_zip_is_read_once(site: Site) -> None:
    site.pages |= {f"{number}.bin": os.urandom(100_000) for number in range(4)}
    site.stage(zipped(site.pages))
    site.deploy()
    site.deploy("eu/")
    alone = site.verify(), site.streamed()
    site.world.calls.forget()
    both = site.verify(deploy_action("First"), deploy_action("Second", ObjectKey="eu"))
    assert alone[0][0].good
    assert [(found.action, found.good) for found in both] == [("First", True), ("Second", True)]
    assert site.streamed() == alone[1]


def test_what_did_not_run_is_not_looked_at(site: Site) -> None:
    site.deploy()
    ran = ActionRun(id="1", stage="Deploy", action="Second", status=ActionStatus.SUCCEEDED)
    failed = replace(ran, action="First", status=ActionStatus.FAILED)
    found = verify_deployed(
        pipeline(deploy_action("First"), deploy_action("Second")),
        site.artifact,
        [site.world.account(PRODUCTION)],
        Choice.ALWAYS,
        tools(),
        runs=[ran, failed],
    )
    assert [one.action for one in found] == ["Second"]


def action(category: str, provider: str = "CodeBuild", stage: str = "Build") -> ActionDefinition:
    return ActionDefinition(stage=stage, name="Other", category=category, provider=provider)


@pytest.mark.parametrize(
    ("actions", "why"),
    [
        ((action("Build"), deploy_action()), "makes other artifacts on the way"),
        ((action("Source", "ECR", "Source"), deploy_action()), "has 2 sources"),
        ((deploy_action(ObjectKey="#{variables.folder}"),), "makes up its bucket or key anew"),
        ((deploy_action(BucketName="#{variables.bucket}"),), "makes up its bucket or key anew"),
        ((deploy_action(Extract="false", ObjectKey="site-{datetime}.zip"),), "makes up its bucket or key anew"),
    ],
)
def test_auto_compares_nothing_that_may_be_something_else(
    site: Site, actions: tuple[ActionDefinition, ...], why: str
) -> None:
    (found,) = site.verify(*actions, choice=Choice.AUTO)
    assert (found.compared, found.good) == (False, True)
    assert why in found.why


def test_always_compares_behind_a_build_and_refuses_a_name_that_nobody_knows(site: Site) -> None:
    site.deploy()
    assert site.verify(action("Build"), deploy_action())[0].good
    assert site.verify(deploy_action(), action("Build", stage="After"), choice=Choice.AUTO)[0].good
    with pytest.raises(WaybillError, match="makes up its bucket or key anew"):
        site.verify(deploy_action(ObjectKey="#{variables.folder}"))


def test_a_silent_s3_is_told_with_auto_and_raised_with_always(site: Site) -> None:
    site.deploy()
    site.world.fail(call="list", times=None)
    assert "network was pulled out" in site.verify(choice=Choice.AUTO)[0].why
    with pytest.raises(Unavailable):
        site.verify(choice=Choice.ALWAYS)


@pytest.mark.parametrize("call", ["list", "head", "stream"])
def test_a_run_that_is_cancelled_stops_looking_whatever_was_chosen(site: Site, call: str) -> None:
    site.deploy()
    cancellation = Cancellation()
    site.world.on(call, lambda _: cancellation.cancel(15))
    with pytest.raises(Cancelled):
        site.verify(choice=Choice.AUTO, with_tools=tools(cancellation=cancellation))


def whole(**configuration: str) -> ActionDefinition:
    return deploy_action(Extract="false", ObjectKey="site.zip", **configuration)


@pytest.mark.parametrize("checksum", [True, False])
def test_without_extract_the_one_object_is_compared_with_the_artifact(site: Site, checksum: bool) -> None:
    site.world.plant(OUTPUT, "site.zip", site.body, checksum=checksum)
    site.world.plant(OUTPUT, "other.zip", site.body)
    (found,) = site.verify(whole())
    assert (found.good, found.files, found.unproven, found.extra) == (True, 1, (), ())
    other = bytearray(site.body)
    other[-1] ^= 1
    site.world.plant(OUTPUT, "site.zip", bytes(other), checksum=checksum)
    assert site.verify(whole())[0].different == ("site.zip",)
    assert site.verify(whole(), accounts=[bare(site)])[0].different == ("site.zip",)
    site.world.delete(OUTPUT, "site.zip")
    assert site.verify(whole())[0].missing == ("site.zip",)


def test_without_extract_the_artifact_may_be_anything(site: Site) -> None:
    site.stage(b"no zip at all")
    site.world.plant(OUTPUT, "site.zip", b"no zip at all", sha256=site.artifact.digests.sha256)
    assert site.verify(whole())[0].good
    assert site.verify(whole(), accounts=[bare(site)])[0].good
    site.world.deny("head", key=r"^site\.zip")
    assert not site.verify(whole(), choice=Choice.AUTO)[0].compared


def cut(body: bytes) -> bytes:
    return body[: len(body) // 2]


def flipped(body: bytes) -> bytes:
    """Damage the first file's content."""
    at = body.index(b"index.html") + len(b"index.html") + 5
    return body[:at] + bytes([body[at] ^ 0xFF]) + body[at + 1 :]


@pytest.mark.parametrize("damage", [lambda body: b"", lambda body: b"text", cut, flipped])
def test_an_artifact_that_is_no_whole_zip_is_told(site: Site, damage: Any) -> None:
    site.deploy()
    site.stage(damage(site.body))
    assert "zip" in site.verify(choice=Choice.AUTO)[0].why
    with pytest.raises(ArtifactError, match="zip"):
        site.verify()


def test_a_staged_object_that_is_gone_is_told(site: Site) -> None:
    site.world.delete(bucket_name(DEVELOPMENT, "us-east-1"), "site@1.0.0")
    with pytest.raises(ArtifactError, match="does not exist"):
        site.verify()


def test_a_zip_of_more_entries_than_are_looked_at_is_told(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipped_module, "MOST_ENTRIES", 3)
    assert "more than 3 entries" in site.verify(choice=Choice.AUTO)[0].why


def of_entries(*entries: tuple[zipfile.ZipInfo, bytes], comment: bytes = b"") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for info, body in entries:
            archive.writestr(info, body)
        archive.comment = comment
    return made.getvalue()


def info(name: str, *, kind: int = stat.S_IFREG, encrypted: bool = False) -> zipfile.ZipInfo:
    made = zipfile.ZipInfo(name)
    made.external_attr = (kind | 0o644) << 16
    made.flag_bits |= encrypted
    return made


def test_an_encrypted_entry_is_compared_by_its_size_only_and_that_is_told(site: Site) -> None:
    body = of_entries((info("plain.txt"), b"plain"), (info("secret.txt"), b"secret"))
    # Zipfile writes no encrypted entries: the flag is set in both of its headers.
    at = body.index(b"secret.txt")
    central = body.rindex(b"secret.txt")
    marked = bytearray(body)
    marked[at - 24] |= 1
    marked[central - 38] |= 1
    site.stage(bytes(marked))
    site.pages = {"plain.txt": b"plain", "secret.txt": b"ciphers"[:6]}
    site.deploy()
    (found,) = site.verify()
    assert (found.good, found.unproven) == (True, ("secret.txt",))
    assert found.notes == ("1 entry of the zip is encrypted: only the size was compared.",)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("deployed", [b"first", b"later"])
def test_of_a_name_that_is_there_twice_either_may_have_been_deployed(site: Site, deployed: bytes) -> None:
    site.stage(of_entries((info("a.txt"), b"first"), (info("a.txt"), b"later")))
    site.pages = {"a.txt": deployed}
    site.deploy()
    (found,) = site.verify()
    assert (found.good, found.files, len(found.notes)) == (True, 1, 1)
    site.pages = {"a.txt": b"other"}
    site.deploy()
    assert site.verify()[0].different == ("a.txt",)


def test_links_and_odd_names_are_left_out_and_told(site: Site) -> None:
    odd = info("odd")
    odd.filename = "odd\0name"
    link = (info("link", kind=stat.S_IFLNK), b"a.txt")
    site.stage(of_entries((info("a.txt"), b"a"), link, (odd, b"x")))
    site.pages = {"a.txt": b"a", "link": b"whatever CodePipeline makes of it"}
    site.deploy()
    (found,) = site.verify()
    assert (found.good, found.files, found.extra, len(found.notes)) == (True, 1, (), 2)


def test_a_zip64_with_a_comment_is_read(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 10)
    site.stage(of_entries(*((info(name), body) for name, body in PAGES.items())))
    assert b"PK\x06\x06" in site.body
    site.deploy()
    assert site.verify()[0].good
    monkeypatch.undo()
    site.stage(of_entries(*((info(name), body) for name, body in PAGES.items()), comment=b"made by hand"))
    assert site.verify()[0].good


def test_in_a_bucket_of_very_many_objects_nobody_looks_for_what_is_extra(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.deploy()
    site.world.plant(OUTPUT, "aaa.html", b"old")
    site.world.delete(OUTPUT, "index.html")
    monkeypatch.setattr(compare, "MOST_LISTED", 2)
    (found,) = site.verify()
    assert (found.missing, found.extra, len(found.notes)) == (("index.html",), (), 1)
    site.world.deny("head")
    with pytest.raises(AccessDenied):
        site.verify()


def test_only_the_source_is_looked_at_where_nothing_is_deployed_to_s3(site: Site) -> None:
    assert site.verify(action("Deploy", "CodeDeploy", "Deploy")) == ()
    assert site.world.calls.log() == []


def test_the_result_document_holds_the_first_names_and_their_number(site: Site) -> None:
    site.pages = {f"{number:03}.html": b"x" for number in range(150)}
    site.stage(zipped(site.pages))
    (found,) = site.verify()
    document = found.to_json()
    assert len(document["missing"]) == 100
    assert document["counts"] == {"missing": 150, "different": 0, "unproven": 0, "extra": 0}
    assert found.words.endswith("0 files are as staged; 150 missing (000.html, 001.html, 002.html and 147 more).")
