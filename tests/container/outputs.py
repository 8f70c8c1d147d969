"""The runner's reading of the file behind `GITHUB_OUTPUT`."""

from __future__ import annotations


def parse_outputs(text: str) -> dict[str, str]:
    """Read `name=value` and `name<<DELIMITER` blocks, as the runner does. Raises ValueError where it would refuse."""
    found: dict[str, str] = {}
    lines = iter(text.splitlines())
    for line in lines:
        if not line:
            continue
        name, mark, rest = line.partition("<<") if "<<" in line.split("=", 1)[0] else line.partition("=")
        if not mark or not name:
            raise ValueError(f"not an output: {line!r}")
        if mark == "=":
            found[name] = rest
            continue
        block: list[str] = []
        for inner in lines:
            if inner == rest:
                break
            block.append(inner)
        else:
            raise ValueError(f"no end of {name}: {rest!r}")
        found[name] = "\n".join(block)
    return found
