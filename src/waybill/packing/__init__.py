"""Turns what `path` names into the bytes of an artifact: a file untouched, or a reproducible zip.

`survey` only looks, and names every fault; `pack` writes. What a zip of ours is made of is said in `zipformat`,
which names it holds in `names`, how links are followed in `links`, what globs mean in `patterns`.
"""

from waybill.packing.archive import pack
from waybill.packing.selecting import survey
from waybill.packing.values import Entry, Packed, Selection

__all__ = ["Entry", "Packed", "Selection", "pack", "survey"]
