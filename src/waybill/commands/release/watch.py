"""Watches the writes of a run: what took effect, and what may have, where the answer was lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from threading import Lock
from typing import TypeVar

from waybill.commands.account.observe import Site
from waybill.domain.digests import Digests
from waybill.domain.observation import Stored
from waybill.errors import ArtifactError, Unavailable
from waybill.ports.account import Parameters, PutResult
from waybill.ports.bucket import Bucket, Created, DefaultEncryption, Exists, Listed, NewObject, Part, Unfinished, Upload
from waybill.ports.copying import Copying, CopySource

T = TypeVar("T")


class Effect(StrEnum):
    """What is known of a write."""

    SURE = "it took effect"
    UNSURE = "its answer was lost"


@dataclass(slots=True)
class Watch:
    """The writes of one run that were not refused, by region and by the name of the key or parameter."""

    effects: dict[tuple[str, str], Effect] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def over(self, sites: Mapping[str, Site]) -> dict[str, Site]:
        """Return the same regions, with every write in them watched."""
        return {name: self._site(name, site) for name, site in sites.items()}

    @property
    def changed(self) -> bool:
        """Whether anything was written, or may have been."""
        return bool(self.effects)

    def effect(self, region: str, name: str) -> Effect | None:
        """Return what is known of a write; None where there was none, or it was refused."""
        return self.effects.get((region, name))

    def writing(self, region: str, name: str, write: Callable[[], T]) -> T:
        """Return what `write` returns, and remember what came of it."""
        try:
            answer = write()
        except Unavailable:
            self.unsure(region, name)
            raise
        if not isinstance(answer, Exists) and answer is not PutResult.EXISTS:
            self._note(region, name, Effect.SURE)
        return answer

    def unsure(self, region: str, name: str) -> None:
        """Remember a write that may have taken effect."""
        self._note(region, name, Effect.UNSURE)

    def _note(self, region: str, name: str, effect: Effect) -> None:
        with self._lock:
            if self.effects.get((region, name)) is not Effect.SURE:
                self.effects[region, name] = effect

    def _site(self, name: str, site: Site) -> Site:
        region = replace(site.region, parameters=_Parameters(site.region.parameters, self, name))
        return replace(site, region=region, bucket=_Bucket(site.bucket, self, name))


class _Bucket:
    """Implements `ports.Bucket`."""

    def __init__(self, bucket: Bucket, watch: Watch, region: str) -> None:
        self._bucket = bucket
        self._watch = watch
        self._region = region

    @property
    def name(self) -> str:
        return self._bucket.name

    def head(self, key: str) -> Stored | None:
        return self._bucket.head(key)

    def read(self, key: str, *, limit: int) -> bytes | None:
        return self._bucket.read(key, limit=limit)

    def stream(self, key: str, *, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        return self._bucket.stream(key, start=start, end=end)

    def list(self, prefix: str) -> Iterable[str]:
        return self._bucket.list(prefix)

    def entries(self, prefix: str, *, delimiter: str = "") -> Iterable[Listed]:
        return self._bucket.entries(prefix, delimiter=delimiter)

    def unfinished(self, prefix: str) -> Iterable[Unfinished]:
        return self._bucket.unfinished(prefix)

    def delete(self, key: str) -> None:
        self._watch.writing(self._region, key, lambda: self._bucket.delete(key))

    def default_encryption(self) -> DefaultEncryption:
        return self._bucket.default_encryption()

    def put(self, new: NewObject, body: bytes | memoryview, *, sha256: str) -> Created | Exists:
        return self._watch.writing(self._region, new.key, lambda: self._bucket.put(new, body, sha256=sha256))

    def begin(self, new: NewObject) -> Upload:
        return _Upload(self._bucket.begin(new), self._watch, self._region, new.key)

    def copy(self, new: NewObject, source: CopySource, digests: Digests, copying: Copying) -> Created | Exists:
        try:
            return self._watch.writing(self._region, new.key, lambda: self._bucket.copy(new, source, digests, copying))
        except ArtifactError:
            # S3 may know only of the finished copy that it is other bytes.
            self._watch.unsure(self._region, new.key)
            raise


class _Upload:
    """Implements `ports.Upload`. Only its completion makes anything that is seen."""

    def __init__(self, upload: Upload, watch: Watch, region: str, key: str) -> None:
        self._upload = upload
        self._watch = watch
        self._region = region
        self._key = key

    def send(self, part: Part) -> None:
        self._upload.send(part)

    def complete(self, digests: Digests) -> Created | Exists:
        return self._watch.writing(self._region, self._key, lambda: self._upload.complete(digests))

    def abort(self) -> None:
        self._upload.abort()


class _Parameters:
    """Implements `ports.Parameters`."""

    def __init__(self, parameters: Parameters, watch: Watch, region: str) -> None:
        self._parameters = parameters
        self._watch = watch
        self._region = region

    def get(self, name: str) -> str | None:
        return self._parameters.get(name)

    def history(self, name: str) -> Sequence[str]:
        return self._parameters.history(name)

    def below(self, path: str) -> Mapping[str, str]:
        return self._parameters.below(path)

    def put(self, name: str, value: str, *, create: bool) -> PutResult:
        return self._watch.writing(self._region, name, lambda: self._parameters.put(name, value, create=create))

    def delete(self, name: str) -> bool:
        return self._watch.writing(self._region, name, lambda: self._parameters.delete(name))
