"""Take out of an image the descriptions of AWS services that Waybill never calls.

    python3 tools/prune_botocore.py SITE_PACKAGES

botocore ships a machine-readable description of every AWS service, 25 MB of them, and Waybill uses a few; a verb that
calls another service adds it here. This deletes the others below `SITE_PACKAGES`, then makes a client of every service
that is kept, in three partitions, with the pruned tree, so that a list that has gone stale fails the build of the image
and not a release.

Exit code: 0; 1 when a kept service is missing or cannot make a client (the reason is on stderr).
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

KEPT: dict[str, str] = {
    "sts": "who the caller is, and the roles it assumes",
    "s3": "artifacts, metadata, waybills, events",
    "ssm": "organisation configuration, bucket names, channels",
    "kms": "which key a bucket encrypts with",
    "codepipeline": "the pipeline that deploys",
    "events": "the rules that start the pipeline too",
    "cloudfront": "caches that must forget what was deployed before",
    "cloudformation": "the stacks that setup makes",
    "codeartifact": "packages, where versions are published beside the buckets",
    "ecr": "images that setup deletes with a project's data, where it is told to",
    "iam": "what an account itself is like: its alias, root, users' access keys",
    "organizations": "which organisation an account is of, where a policy asks for that",
    "account": "whom AWS writes to about an account's bills",
    "sso": "a profile that signs in through IAM Identity Center",
    "sso-oidc": "a profile that signs in through IAM Identity Center",
    "signin": "a profile that signs in through the console's login",
}
"""Service to the reason it is kept: this list is the only one."""

REGIONS = ("eu-west-1", "cn-north-1", "us-gov-west-1")
"""One region a partition: endpoints of all of them are still known after pruning."""

UNUSED_FILES = ("examples-1.json",)


class Stale(Exception):
    """The list of kept services does not fit the botocore that is installed."""


def prune(data: Path) -> int:
    """Delete the services below `data` that are not kept, and kept ones' examples; return the bytes freed.

    Files directly in `data` (partitions, endpoints, retry rules, defaults) belong to every client and stay.
    """
    freed = 0
    for service in [entry for entry in data.iterdir() if entry.is_dir()]:
        kept = service.name in KEPT
        doomed = [file for file in service.rglob("*") if file.is_file() and (not kept or file.name in UNUSED_FILES)]
        for file in doomed:
            freed += file.stat().st_size
            file.unlink()
        if not kept:
            shutil.rmtree(service)
    return freed


def check(site_packages: Path) -> None:
    """Make every kept client with the botocore below `site_packages`. Raises `Stale` with the reason."""
    sys.path.insert(0, str(site_packages))
    import botocore  # noqa: PLC0415  (only now is it known which one)
    import botocore.exceptions  # noqa: PLC0415
    import botocore.session  # noqa: PLC0415

    if not Path(botocore.__file__).is_relative_to(site_packages):
        raise Stale(f"botocore was imported from {botocore.__file__}, not from {site_packages}")
    session = botocore.session.get_session()
    session.set_credentials("checked", "checked")
    for service, why in KEPT.items():
        for region in REGIONS:
            try:
                client = session.create_client(service, region_name=region)
            except botocore.exceptions.BotoCoreError as error:
                raise Stale(f"{service} ({why}) makes no client in {region}: {error}") from error
            if not client.meta.method_to_api_mapping:
                raise Stale(f"{service} ({why}) has no operations")
    if "eu-west-1" not in session.get_available_regions("s3"):
        raise Stale("botocore no longer knows the regions of S3")


def main(arguments: list[str]) -> int:
    """Prune, check, and say what was freed."""
    if len(arguments) != 1 or not (Path(arguments[0]) / "botocore" / "data").is_dir():
        sys.stderr.write("usage: prune_botocore.py SITE_PACKAGES (a folder that holds botocore)\n")
        return 1
    site_packages = Path(arguments[0]).resolve()
    freed = prune(site_packages / "botocore" / "data")
    if (site_packages / "boto3" / "data").is_dir():
        freed += prune(site_packages / "boto3" / "data")
    try:
        check(site_packages)
    except Stale as error:
        sys.stderr.write(f"prune_botocore.py: {error}\n")
        return 1
    sys.stdout.write(f"kept {len(KEPT)} services, freed {freed / 1_000_000:.1f} MB\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
