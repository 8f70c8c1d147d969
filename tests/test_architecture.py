from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

import waybill

ROOT = Path(waybill.__file__).parent

CORE = {"domain", "errors"}
# What each part of the package may import of the others. Whatever is not named here may import nothing of it.
MAY_IMPORT: dict[str, set[str]] = {
    "__init__": set(),
    "__main__": {"cli"},
    "errors": set(),
    "domain": CORE,
    "ports": CORE,
    "progress": CORE,
    "retry": {"errors", "ports"},
    "cancel": {"errors"},
    "redaction": set(),
    "packing": {*CORE, "ports"},
    "unpacking": CORE,
    "transfer": {*CORE, "ports", "retry"},
    "commands": {*CORE, "ports", "progress", "transfer", "retry", "packing", "unpacking", "cancel"},
    "inputs": {*CORE, "packing", "ports"},
    "report": {*CORE, "progress"},
    "aws": {*CORE, "ports", "retry", "transfer", "__init__"},
    "github": {*CORE, "ports", "redaction"},
    "web": {*CORE, "ports", "__init__"},
    "sandbox": {*CORE, "__init__"},
    "process": {"cancel"},
    "compose": {*CORE, "cancel", "commands", "ports", "process", "progress"},
    "routes": {
        *CORE, "aws", "cancel", "commands", "compose", "github", "inputs", "packing", "ports", "progress", "redaction",
        "report", "retry", "web",
    },
    "action": {*CORE, "__init__", "cancel", "compose", "github", "inputs", "process", "redaction", "report", "routes"},
    "cli": {
        *CORE, "__init__", "cancel", "compose", "github", "inputs", "process", "progress", "redaction", "report",
        "routes", "sandbox",
    },
}  # fmt: skip
# Libraries, and who may import them.
THIRD_PARTY: dict[str, set[str]] = {
    "semver": {"domain"},
    "awscrt": {"transfer", "aws", "sandbox"},
    "boto3": {"aws"},
    "botocore": {"aws", "sandbox"},
    "urllib3": {"aws", "web"},
    "actions_toolkit": {"github"},
    "github": {"github"},
    "requests": {"github", "web"},
    "rich": {"report"},
    "yaml": {"inputs", "sandbox"},
    "jsonschema": {"inputs"},
    "moto": {"sandbox"},
    "werkzeug": {"sandbox"},
}
AWS_ERROR_CODES = {
    "AccessDeniedException", "NoSuchKey", "NoSuchBucket", "PreconditionFailed", "ParameterNotFound", "TooManyUpdates",
    "ParameterAlreadyExists", "ConditionalRequestConflict", "NoSuchUpload", "ExpiredToken", "SlowDown",
}  # fmt: skip
HEAVY = ("boto3", "botocore", "awscrt", "rich", "requests", "moto", "github", "actions_toolkit", "typer", "urllib3")
MUTABLE = {"list", "dict", "set", "bytearray", "deque", "defaultdict", "Counter", "Lock", "RLock", "Event"}
MUTATORS = {
    "append", "extend", "insert", "add", "update", "setdefault", "pop", "popitem", "clear", "remove", "discard",
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Module:
    """One file of the package. `part` is the top-level name that it belongs to."""

    path: Path
    part: str
    text: str
    tree: ast.Module

    def __str__(self) -> str:
        return str(self.path.relative_to(ROOT.parent))

    @cache  # noqa: B019 - they live as long as the tests
    def imports(self) -> tuple[tuple[str, bool], ...]:
        """Return what is imported anywhere in the file, and whether that happens inside a function."""
        return tuple(self._imports())

    def _imports(self) -> Iterator[tuple[str, bool]]:
        late = {id(inner) for node in self.functions() for inner in ast.walk(node)}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((alias.name, id(node) in late) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module == "waybill":
                yield from ((f"waybill.{alias.name}", id(node) in late) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{self} imports relatively"
                assert node.module is not None
                yield node.module, id(node) in late

    def functions(self) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
        return [node for node in ast.walk(self.tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]

    def strings(self) -> Iterator[str]:
        """Yield every string constant but the docstrings."""
        bare = {id(node.value) for node in ast.walk(self.tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in bare:
                yield node.value


def read(path: Path) -> Module:
    text = path.read_text()
    return Module(path, path.relative_to(ROOT).with_suffix("").parts[0], text, ast.parse(text))


@cache
def modules() -> tuple[Module, ...]:
    return tuple(read(path) for path in sorted(ROOT.rglob("*.py")))


@cache
def known_parts() -> frozenset[str]:
    return frozenset(module.part for module in modules())


def offenders(rule: Callable[[Module], Collection[object]]) -> dict[str, Collection[object]]:
    """Return, by file, what a rule has against it."""
    assert len(modules()) > 100
    return {str(module): found for module in modules() if (found := rule(module))}


def part_of(name: str) -> str:
    """Return the part of the package that an import names: `waybill` itself is its `__init__`."""
    parts = name.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in known_parts() else "__init__"


def test_imports_go_one_way() -> None:
    def rule(module: Module) -> set[str]:
        parts = {part_of(name) for name, _ in module.imports() if name.split(".")[0] == "waybill"}
        return parts - {module.part} - MAY_IMPORT.get(module.part, set())

    assert offenders(rule) == {}


def test_a_library_is_imported_only_where_its_adapter_is() -> None:
    """A library that is nowhere in the table may be imported by nobody."""

    def rule(module: Module) -> set[str]:
        tops = {name.split(".")[0] for name, _ in module.imports()} - {"waybill", *sys.stdlib_module_names}
        return {top for top in tops if module.part not in THIRD_PARTY.get(top, set())}

    assert offenders(rule) == {}


def test_the_rules_have_no_cycle_and_no_rule_without_a_part() -> None:
    assert known_parts() <= MAY_IMPORT.keys()
    left = {part: needs - {part} for part, needs in MAY_IMPORT.items()}
    while left:
        free = {part for part, needs in left.items() if not needs & left.keys()}
        assert free, f"these import each other: {sorted(left)}"
        left = {part: needs for part, needs in left.items() if part not in free}


def test_the_sandbox_is_imported_by_nothing_but_the_command_line_and_late() -> None:
    for module in modules():
        for name, late in module.imports():
            if part_of(name) == "sandbox" and module.part != "sandbox":
                assert (module.part, late) == ("cli", True), str(module)


def test_only_github_and_the_embedded_github_know_the_runners_variables() -> None:
    def rule(module: Module) -> list[str]:
        known = module.part in {"github", "sandbox"}
        return [text for text in module.strings() if re.match(r"(GITHUB|RUNNER|ACTIONS)_[A-Z]", text) and not known]

    assert offenders(rule) == {}


def test_only_aws_and_the_embedded_aws_know_an_error_code() -> None:
    def rule(module: Module) -> set[str]:
        return set() if module.part in {"aws", "sandbox"} else AWS_ERROR_CODES.intersection(module.strings())

    assert offenders(rule) == {}


def test_a_refusal_is_made_by_the_explainer_alone() -> None:
    """Whoever knows more of it tells it in other words (`AccessDenied.told`)."""

    def rule(module: Module) -> list[str]:
        made = (node.func for node in ast.walk(module.tree) if isinstance(node, ast.Call))
        own = module.path.parent.name == "denials" or module.part == "errors"
        return [ast.unparse(each) for each in made if ast.unparse(each).endswith("AccessDenied") and not own]

    assert offenders(rule) == {}


def assigned(module: Module) -> Iterator[tuple[str, ast.expr]]:
    """Yield the names that the module itself gives values to."""
    for node in module.tree.body:
        if isinstance(node, ast.Assign):
            yield from ((target.id, node.value) for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.AnnAssign) and node.value is not None and isinstance(node.target, ast.Name):
            yield node.target.id, node.value


def is_mutable(value: ast.expr) -> bool:
    if isinstance(value, ast.Call):
        named = value.func
        return (named.id if isinstance(named, ast.Name) else getattr(named, "attr", "")) in MUTABLE
    return isinstance(value, (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp))


def changed(node: ast.AST) -> ast.expr | None:
    """Return what a piece of code changes in place."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in MUTATORS:
        return node.func.value
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, (ast.Store, ast.Del)):
        return node.value
    return node.target if isinstance(node, ast.AugAssign) else None


def test_a_module_holds_constants_and_no_state() -> None:
    def rule(module: Module) -> list[str]:
        names = dict(assigned(module))
        found = [f"{name} is no constant's name" for name in names if not re.fullmatch(r"_?[A-Z]\w*|__\w+__", name)]
        fixed = {name for name, value in names.items() if is_mutable(value)}
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Global):
                found.append("a global is set")
            target = changed(node)
            if isinstance(target, ast.Name) and target.id in fixed:
                found.append(f"{ast.unparse(node)} changes a constant")
        return found

    assert offenders(rule) == {}


def test_files_fit_on_a_few_screens_and_functions_on_one() -> None:
    def rule(module: Module) -> dict[str, int]:
        lines = {node.name: (node.end_lineno or 0) - node.lineno + 1 for node in module.functions()}
        long = {name: count for name, count in lines.items() if count > 60}
        whole = len(module.text.splitlines())
        return long | ({"the file": whole} if whole > 300 else {})

    assert offenders(rule) == {}


def test_what_stages_reads_nothing_that_only_a_deploy_needs() -> None:
    """Its start is a product feature: of the modules of a deploy none is read before a pipeline is named."""
    starts = "waybill.routes.stage, waybill.routes.workbench, waybill.aws.gateway, waybill.inputs.stage"
    code = f"import sys, {starts}; print(*[name for name in sys.modules if name.startswith('waybill.')])"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    later = re.compile(
        r"pipeline|deploy|execution|delivery|invalid|url_check|selector|ranges$|catalogue|release|packages|package_"
    )
    known = {"waybill.inputs.tables.delivery", "waybill.inputs.tables.packages"}
    read = {name for name in done.stdout.split() if later.search(name.replace(".commands.release", ""))} - known
    assert {name for name in read if not name.endswith(".inputs.release")} == set()


@pytest.mark.parametrize("entry", ["waybill.cli", "waybill.action", "waybill.commands.stage", "waybill.domain.plan"])
def test_an_entry_point_loads_no_library_before_it_is_needed(entry: str) -> None:
    needed = {"waybill.commands.stage": {"awscrt"}, "waybill.action": {"awscrt", "actions_toolkit"}}
    code = f"import sys, {entry}; print(*[name for name in {HEAVY!r} if name in sys.modules])"
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONPATH": str(ROOT.parent)}
    )
    assert set(ended.stdout.split()) <= needed.get(entry, set())


# Inside `commands`: each floor may import those below it; use cases stand on top. A repair ends what a stage left.
FLOORS = (
    {"tools", "together"},
    {"approved", "asking"},
    {"account"},
    {"small"},
    {"channel"},
    {"packages"},
    {"release"},
    {"promotion", "reversal", "retrieval", "pruning"},
    {"stage", "promote", "rollback", "download", "versions", "prune", "proof"},
    {"deployment"},
    {"deploy"},
    {"survey"},
    {"info", "status"},
    {"setup"},
    {"access"},
    {"doctor"},
)


def test_commands_stand_on_floors() -> None:
    def floor(name: str) -> int:
        return next(number for number, names in enumerate(FLOORS) if name in names)

    def rule(module: Module) -> list[str]:
        if module.part != "commands":
            return []
        place = module.path.relative_to(ROOT / "commands").parts[0].removesuffix(".py")
        parted = [name.split(".") for name, _ in module.imports()]
        others = [parts for parts in parted if parts[:2] == ["waybill", "commands"] and len(parts) > 2]
        return [
            ".".join(parts)
            for parts in others
            if place not in {"__init__", parts[2]} and floor(parts[2]) >= floor(place)
        ]

    assert offenders(rule) == {}
