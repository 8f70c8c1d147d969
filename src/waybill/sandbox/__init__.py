"""The sandbox: an embedded AWS on the loopback interface, so that all of Waybill runs without an AWS account.

Two accounts, three regions, prepared as a platform engineer would prepare them (`layout`), answered for by a moto
server whose exact version is pinned and which is made stricter where Waybill depends on it (`engine`, the only package
that imports moto). `server.running` starts and stops it, `cli.main` is the command line face.

What it enforces beyond plain moto, and what it does not enforce, is one written list: `limits`.

An optional extra (`pip install 'waybill[sandbox]'`), imported by no other package of Waybill.
"""
