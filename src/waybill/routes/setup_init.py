"""The run of `setup init`."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from waybill.commands.setup.init import init
from waybill.compose import Shop
from waybill.domain.result import Result
from waybill.errors import Fault, InputError
from waybill.inputs import setup_init as inputs
from waybill.inputs.file.shape import schema
from waybill.inputs.setup.rules import rules
from waybill.routes.asking import TerminalAsker
from waybill.routes.workbench import Workbench


def run(values: Mapping[str, str], faults: Sequence[Fault], shop: Shop) -> Result:
    """Read the inputs, ask where there are no answers, and write the file."""
    around = Workbench(shop).surroundings()
    request, force = inputs.read(values, around, faults, terminal=sys.stdin is not None and sys.stdin.isatty())
    asker = TerminalAsker(sys.stdin, sys.stderr, shop.cancellation)
    path = Path(request.path)
    return init(
        request,
        asker,
        rules=rules(around.regions),
        form=schema(),
        keep=lambda text: keep(path, text, force),
        clock=shop.clock,
    )


def keep(path: Path, text: str, force: bool) -> bool:
    """Write the file whole or not at all, and not over one that came meanwhile; returns whether it is another now.

    Raises `InputError`.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        if force and path.is_file() and path.read_bytes() == text.encode():
            return False
        temporary.write_text(text, encoding="utf-8")
        if force:
            temporary.replace(path)
        else:
            path.hardlink_to(temporary)  # unlike a rename, it refuses to replace
    except OSError as error:
        rule = f"cannot be written: {error.strerror or error}."
        raise InputError([Fault("config", str(path), rule)], "Name another file with --config.") from error
    finally:
        temporary.unlink(missing_ok=True)
    return True
