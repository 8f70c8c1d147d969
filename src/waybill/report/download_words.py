"""How a download ended, in words."""

from __future__ import annotations

from waybill.domain.download import Downloaded, Proof
from waybill.domain.result import Result

_PROOF = {
    Proof.SHA256: "its SHA-256 is right",
    Proof.CRC64NVME: "its size and CRC64NVME are right",
    Proof.SIZE: "its size is right",
}


def sentence(result: Result) -> str:
    """Return where the artifact is, from which region, and what was compared; empty for anything else."""
    body = result.body
    if not isinstance(body, Downloaded):
        return ""
    name = f"{result.project} {result.version}"
    proof = _PROOF[body.verified]
    if not result.changed:
        return f"{name} is there already, as {body.path}: {proof}. Nothing was changed."
    source = next((region.region for region in result.regions if region.whole), "")
    source = result.package.package.place if result.package is not None else source
    done = "Downloaded" if body.extracted is None else "Downloaded and unpacked"
    return f"{done} {name} to {body.path} from {source}; {proof}."
