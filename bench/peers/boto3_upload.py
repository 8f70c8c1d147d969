"""Peer: boto3's upload_file as it comes, one thread and one client for each bucket.

Usage: python boto3_upload.py FILE KEY BUCKET...   (endpoint, credentials and authority from the environment)
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import boto3


def main(path: str, key: str, buckets: list[str]) -> None:
    clients = [boto3.client("s3") for _ in buckets]
    with ThreadPoolExecutor(len(buckets)) as pool:
        jobs = [
            pool.submit(client.upload_file, path, bucket, key) for client, bucket in zip(clients, buckets, strict=True)
        ]
        for job in jobs:
            job.result()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
