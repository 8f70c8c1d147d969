"""Botocore's service models, read at the least cost: they are a good part of a short run's time.

Its own loader looks into each of four hundred folders before it loads one, and builds an `OrderedDict` for every
object of megabytes of JSON; a plain dict keeps the order too.
"""

from __future__ import annotations

import gzip
import json
import os
from functools import cached_property
from pathlib import Path
from typing import Any

from botocore.loaders import JSONFileLoader, Loader
from botocore.session import Session as BotocoreSession


class _Files(JSONFileLoader):  # type: ignore[misc]  # botocore has no types
    def load_file(self, file_path: str) -> Any:
        """Return what `file_path`, with `.json` or `.json.gz` after it, holds; None where there is no such file."""
        plain, packed = Path(f"{file_path}.json"), Path(f"{file_path}.json.gz")
        if plain.is_file():
            return json.loads(plain.read_bytes())
        return json.loads(gzip.decompress(packed.read_bytes())) if packed.is_file() else None


class _Models(Loader):  # type: ignore[misc]
    @cached_property
    def _folders(self) -> list[str]:
        roots = [Path(path) for path in self.search_paths]
        return sorted({folder.name for root in roots if root.is_dir() for folder in root.iterdir()})

    def list_available_services(self, type_name: str) -> list[str]:
        """Return the folders' names. One that lacks `type_name` is missed when it is loaded: `DataNotFoundError`."""
        return self._folders


def register_models(session: BotocoreSession) -> None:
    """Have a session load its models so, also from the folders that `AWS_DATA_PATH` or the profile names."""
    paths = session.get_config_variable("data_path")
    own = [str(Path(os.path.expandvars(path)).expanduser()) for path in (paths or "").split(os.pathsep) if path]
    session.register_component("data_loader", _Models(own, file_loader=_Files()))
