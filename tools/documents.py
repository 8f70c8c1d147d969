"""Writes what is made from the one table of inputs and the one table of calls: action.yml, README's tables, the policy.

python tools/documents.py            writes them
python tools/documents.py --check    says which differ, and exits 1 then
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from waybill.domain.calls import STAGE_CALLS
from waybill.domain.policy import published_stage_policy
from waybill.inputs.spec import Input, Output, Verb
from waybill.inputs.tables.stage import STAGE

ROOT = Path(__file__).resolve().parent.parent


def action_yml(verb: Verb) -> str:
    """Return the action's metadata. An input without a default has none here either: empty is unset."""
    lines = [
        "# Written by tools/documents.py from src/waybill/inputs/tables/; `make documents` writes it anew.",
        f"name: Waybill {verb.name}",
        f"description: {verb.about}",
        "author: The Waybill authors",
        "branding:",
        "  icon: package",
        "  color: blue",
        "inputs:",
    ]
    for item in verb.inputs:
        needed = item.required and item.name not in verb.needless
        lines += [
            f"  {item.name}:",
            f"    description: {_yaml(item.help)}",
            f"    required: {'true' if needed else 'false'}",
        ]
        if item.default:
            lines.append(f"    default: {_yaml(item.default)}")
    lines.append("outputs:")
    for output in verb.outputs:
        lines += [f"  {output.name}:", f"    description: {_yaml(output.help)}"]
    lines += ["runs:", "  using: docker", "  image: Dockerfile", "  args:", f"    - {verb.name}"]
    return "\n".join(lines) + "\n"


def inputs_table(inputs: Sequence[Input]) -> str:
    """Return README's table of inputs."""
    rows = ["| input | default | what it is |", "| --- | --- | --- |"]
    for item in inputs:
        default = "**required**" if item.required else f"`{item.default}`" if item.default else ""
        example = f" For example `{item.example}`." if item.example else ""
        rows.append(f"| `{item.name}` | {default} | {_cell(item.help + example)} |")
    return "\n".join(rows)


def outputs_table(outputs: Sequence[Output]) -> str:
    """Return README's table of outputs."""
    return "\n".join(
        ["| output | what it is |", "| --- | --- |", *(f"| `{item.name}` | {_cell(item.help)} |" for item in outputs)]
    )


def policy_block() -> str:
    """Return the IAM document for the stage role, as a code block."""
    return f"```json\n{json.dumps(published_stage_policy(), indent=2)}\n```"


def calls_table() -> str:
    """Return the table of what each permission is for."""
    rows = ["| action | on | why |", "| --- | --- | --- |"]
    rows += [f"| `{call.action}` | {call.on.value} | {_cell(call.why)} |" for call in STAGE_CALLS]
    return "\n".join(rows)


def documents() -> dict[Path, str]:
    """Return every file that is written here, with its whole text."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name, text in (
        ("inputs", inputs_table(STAGE.inputs)),
        ("outputs", outputs_table(STAGE.outputs)),
        ("policy", policy_block()),
        ("calls", calls_table()),
    ):
        readme = between(readme, name, text)
    return {ROOT / "action.yml": action_yml(STAGE), ROOT / "README.md": readme}


def between(text: str, name: str, new: str) -> str:
    """Return `text` with what is between the markers of `name` replaced. Raises `ValueError` without markers."""
    pattern = re.compile(f"(<!-- {name}:start -->\n).*?(<!-- {name}:end -->)", re.DOTALL)
    if not pattern.search(text):
        raise ValueError(f"README.md has no markers for {name}")
    return pattern.sub(lambda match: f"{match[1]}{new}\n{match[2]}", text)


def main(argv: Sequence[str]) -> int:
    """Write the files, or check them."""
    stale = [path for path, text in documents().items() if not path.exists() or path.read_text("utf-8") != text]
    for path in stale:
        if "--check" in argv:
            sys.stderr.write(f"{path.name} is not what the tables say: run `make documents`.\n")
        else:
            path.write_text(documents()[path], encoding="utf-8")
            sys.stdout.write(f"wrote {path.name}\n")
    return 1 if stale and "--check" in argv else 0


def _yaml(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
