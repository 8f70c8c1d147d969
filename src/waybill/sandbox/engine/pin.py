"""Which moto the sandbox stands on. Its internals are replaced, so no other version will do."""

from __future__ import annotations

from collections.abc import Callable
from importlib import metadata
from typing import Final

from waybill.sandbox.errors import SandboxError

MOTO: Final = "5.2.5"
INSTALL: Final = "Install it with: pip install 'waybill[sandbox]'"


def require(version_of: Callable[[str], str] = metadata.version) -> None:
    """Raise `SandboxError` unless moto's server is installed in exactly the pinned version.

    `version_of` tells an installed distribution's version and raises `PackageNotFoundError` when there is none.
    """
    for package in ("moto", "flask"):
        try:
            found = version_of(package)
        except metadata.PackageNotFoundError:
            raise SandboxError(f"The sandbox needs moto's server, and {package} is not installed.", INSTALL) from None
        if package == "moto" and found != MOTO:
            raise SandboxError(
                f"The sandbox is made for moto {MOTO}, and moto {found} is installed. It replaces parts of moto's "
                "insides, so no other version will do.",
                INSTALL,
            )
