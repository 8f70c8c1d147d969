"""Writes what is made from the tables of inputs and of calls: every action.yml, README's tables, the policies.

python tools/documents.py            writes them
python tools/documents.py --check    says which differ, and exits 1 then
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from waybill.domain.access.calls import ACCESS_CALLS, EXPLAIN_CALLS
from waybill.domain.access.narrowing import published_explain_policy
from waybill.domain.calls import CONFIGURE_CALLS, DEPLOY_CALLS, PIPELINE_CALLS, PROMOTE_CALLS, STAGE_CALLS, Call
from waybill.domain.deploy.policy import published_pipeline_policy
from waybill.domain.doctor.calls import DOCTOR_CALLS
from waybill.domain.packages.calls import (
    PACKAGE_CALLS,
    PACKAGE_COPY_CALLS,
    PACKAGE_READ_CALLS,
    published_package_copy_policy,
    published_package_policy,
    published_package_read_policy,
)
from waybill.domain.policy import (
    published_deploy_policy,
    published_promote_policy,
    published_read_policy,
    published_rollback_policy,
    published_stage_policy,
)
from waybill.domain.setup.calls import ADOPT_CALLS, CHECK_CALLS, PIPELINE_ROLE_CALLS
from waybill.inputs.file.shape import schema
from waybill.inputs.find import IN_FAMILIES
from waybill.inputs.shared import SUMMARY
from waybill.inputs.spec import Input, Output, Verb
from waybill.inputs.tables.access_plan import GRANTS
from waybill.inputs.tables.members import CONFIG, SESSIONS
from waybill.inputs.tables.packages import COPIES
from waybill.inputs.verbs import ACTIONS, VERBS

ROOT = Path(__file__).resolve().parent.parent
SHARED = (CONFIG, *SESSIONS, SUMMARY)
"""The inputs of every command of `actions/setup` that goes into the accounts."""

GRANTING = (GRANTS, *SESSIONS, SUMMARY)
"""The inputs of every command of `actions/access` that goes by `access.yaml`."""

PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))

CHOSEN = {
    "accounts": "NAME",
    "repositories": "OWNER/NAME",
    "projects": "NAME",
    "pipelines": "NAME",
    "clients": "NAME",
    "registries": "NAME",
    "grants": "NAME",
    "codeartifact": "DOMAIN",
    "codeartifact.DOMAIN.repositories": "NAME",
}
"""What stands for the names that people choose, by the key above them."""


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
            f"  {_key(item.name)}:",
            f"    description: {_yaml(item.help)}",
            f"    required: {'true' if needed else 'false'}",
        ]
        if item.default:
            lines.append(f"    default: {_yaml(item.default)}")
    lines.append("outputs:")
    for output in verb.outputs:
        lines += [f"  {output.name}:", f"    description: {_yaml(output.help)}"]
    image = "Dockerfile" if action_path(verb).parent == ROOT else "../../Dockerfile"
    lines += ["runs:", "  using: docker", f"  image: {image}", "  args:", f"    - {verb.name}"]
    return "\n".join(lines) + "\n"


def action_path(verb: Verb) -> Path:
    """Return where a verb's action is: stage's is the repository's own."""
    return ROOT / "action.yml" if verb.name == "stage" else ROOT / "actions" / verb.name / "action.yml"


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


def policy_block(policy: Mapping[str, Any]) -> str:
    """Return an IAM document as a code block."""
    return f"```json\n{json.dumps(policy, indent=2)}\n```"


def calls_table(calls: Iterable[Call]) -> str:
    """Return the table of what each permission is for."""
    rows = ["| action | on | why |", "| --- | --- | --- |"]
    rows += [f"| `{call.action}` | {call.on.value} | {_cell(call.why)} |" for call in calls]
    return "\n".join(rows)


def keys_of(form: Mapping[str, Any]) -> str:
    """Return every part of the file, with a table of the keys below it."""
    lines: list[str] = []
    for name, part in form["properties"].items():
        needed = " It must be there." if name in form["required"] else ""
        lines += [f"### {name}", "", f"{part['description']}{needed}", ""]
        rows = list(_rows(form, part, name))
        if rows:
            lines += ["| key | what it is |", "| --- | --- |", *rows, ""]
        else:
            lines += [f"For example `{name}: {_inline(part['examples'][0])}`.", ""]
    return "\n".join(lines).rstrip()


def _rows(form: Mapping[str, Any], part: Mapping[str, Any], place: str) -> Iterator[str]:
    """Yield a row for each key below `part`."""
    part = _resolved(form, part)
    named = part.get("additionalProperties")
    if isinstance(named, dict):
        yield from _rows(form, named, f"{place}.{CHOSEN[place]}")
    items = _resolved(form, part.get("items", {}))
    if items.get("properties"):
        yield from _rows(form, items, f"{place}[]")
    for choice in part.get("anyOf", ()):
        yield from _rows(form, choice, place)
    for name, inner in part.get("properties", {}).items():
        below = f"{place}.{name}"
        needed = "**Required.** " if name in part.get("required", ()) else ""
        example = f" For example `{_inline(inner['examples'][0])}`." if inner.get("examples") else ""
        yield f"| `{below}` | {_cell(needed + inner['description'] + example)} |"
        yield from _rows(form, inner, below)


def _resolved(form: Mapping[str, Any], part: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = part.get("$ref", "")
    return form["$defs"][reference.rpartition("/")[2]] if reference else part


def _inline(value: Any) -> str:
    """Return a value in one line, as YAML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_inline(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(_inline(item) for item in value)}]"
    if isinstance(value, str) and value and not value.isdigit() and not value.startswith(("*", "{", "[")):
        return value
    return json.dumps(value, ensure_ascii=False)


def sections() -> dict[str, str]:
    """Return what is written into the pages, by the name of its markers: `VERB-inputs`, ...; stage's are bare.

    The verb `setup plan` has `setup-plan-inputs`, the action `setup` has `setup-inputs`. What a
    verb has beside `setup-shared-inputs` is `setup-plan-own-inputs`.
    """
    found = {
        "policy": policy_block(published_stage_policy()),
        "calls": calls_table(STAGE_CALLS),
        "promote-policy": policy_block(published_promote_policy()),
        "promote-calls": calls_table(call for call in PROMOTE_CALLS if call not in STAGE_CALLS),
        "rollback-policy": policy_block(published_rollback_policy()),
        "read-policy": policy_block(published_read_policy()),
        "deploy-policy": policy_block(published_deploy_policy()),
        "deploy-calls": calls_table(DEPLOY_CALLS),
        "pipeline-policy": policy_block(published_pipeline_policy()),
        "pipeline-calls": calls_table(PIPELINE_CALLS),
        "package-policy": policy_block(published_package_policy()),
        "package-copy-policy": policy_block(published_package_copy_policy()),
        "package-read-policy": policy_block(published_package_read_policy()),
        "package-calls": calls_table(
            dict.fromkeys((*PACKAGE_CALLS, *PACKAGE_COPY_CALLS, *PACKAGE_READ_CALLS)),
        ),
        "package-inputs": inputs_table(COPIES),
        "setup-shared-inputs": inputs_table(SHARED),
        "setup-configuration-calls": calls_table(CONFIGURE_CALLS),
        "setup-adopt-calls": calls_table(ADOPT_CALLS),
        "setup-pipeline-role-calls": calls_table(PIPELINE_ROLE_CALLS),
        "setup-check-calls": calls_table(CHECK_CALLS),
        "doctor-calls": calls_table(DOCTOR_CALLS),
        "setup-keys": keys_of(schema()),
        "access-calls": calls_table(ACCESS_CALLS),
        "access-explain-policy": policy_block(published_explain_policy()),
        "access-explain-calls": calls_table(EXPLAIN_CALLS),
        "access-keys": keys_of(schema("access")),
        "access-shared-inputs": inputs_table(GRANTING),
    }
    for verb in {**VERBS, **ACTIONS}.values():
        prefix = "" if verb.name == "stage" else f"{verb.name.replace(' ', '-')}-"
        found[f"{prefix}inputs"] = inputs_table(verb.inputs)
        if verb.outputs:
            found[f"{prefix}outputs"] = outputs_table(verb.outputs)
    for name in IN_FAMILIES:
        own = [item for item in VERBS[name].inputs if item not in {*SHARED, *GRANTING}]
        found[f"{name.replace(' ', '-')}-own-inputs"] = inputs_table(own) if own else "None but those."
    return found


def documents() -> dict[Path, str]:
    """Return every file that is written here, with its whole text. A page has the sections that it has markers for."""
    known = sections()
    actions = {action_path(verb): action_yml(verb) for verb in ACTIONS.values()}
    return {**actions, **{path: filled(path.read_text(encoding="utf-8"), known) for path in PAGES}}


def filled(page: str, known: Mapping[str, str]) -> str:
    """Return a page with what its markers name."""
    for name in re.findall(r"<!-- ([\w-]+):start -->", page):
        if name in known:
            page = between(page, name, known[name])
    return page


def between(text: str, name: str, new: str) -> str:
    """Return `text` with what is between the markers of `name` replaced. Raises `ValueError` without markers."""
    pattern = re.compile(f"(<!-- {name}:start -->\n).*?(<!-- {name}:end -->)", re.DOTALL)
    if not pattern.search(text):
        raise ValueError(f"there are no markers for {name}")
    return pattern.sub(lambda match: f"{match[1]}{new}\n{match[2]}", text)


def main(argv: Sequence[str]) -> int:
    """Write the files, or check them."""
    stale = [path for path, text in documents().items() if not path.exists() or path.read_text("utf-8") != text]
    for path in stale:
        if "--check" in argv:
            sys.stderr.write(f"{path.relative_to(ROOT)} is not what the tables say: run `make documents`.\n")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(documents()[path], encoding="utf-8")
            sys.stdout.write(f"wrote {path.relative_to(ROOT)}\n")
    return 1 if stale and "--check" in argv else 0


def _yaml(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _key(name: str) -> str:
    """Return a key as every YAML reads it: to YAML 1.1 some words are truths."""
    return _yaml(name) if name in {"yes", "no", "on", "off", "y", "n"} else name


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
