"""Peer: obstore's put as it comes (multipart above 5 MiB), one thread and one store for each bucket.

`put_async` is as fast, but with it the interpreter aborts at its end in about one run of six.

Usage: python obstore_put.py FILE KEY BUCKET...   (endpoint, credentials and authority from the environment)
"""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import obstore  # type: ignore[import-not-found, unused-ignore]
from obstore.store import S3Store  # type: ignore[import-not-found, unused-ignore]


def main(path: str, key: str, buckets: list[str]) -> None:
    authority = Path(os.environ["AWS_CA_BUNDLE"]).read_bytes()
    stores = [
        S3Store(
            bucket,
            endpoint=os.environ["AWS_ENDPOINT_URL"],
            region=os.environ["AWS_REGION"],
            client_options={"root_certificate": authority},
        )
        for bucket in buckets
    ]
    with ThreadPoolExecutor(len(buckets)) as pool:
        for job in [pool.submit(obstore.put, store, key, Path(path)) for store in stores]:
            job.result()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
