"""The table of docs/templates.md: what every policy of the templates allows and denies, read from the templates.

PYTHONPATH=tests .venv/bin/python -m templates.privileges      writes it into the page
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from templates.cases import CASES
from templates.reading import Stack, listed, load
from templates.tables import PARAMETERS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "templates.md"
MARKED = re.compile(r"(<!-- privileges:start -->\n).*?(<!-- privileges:end -->)", re.DOTALL)

SHOWN: Mapping[str, Mapping[str, str]] = {
    "region": {
        **PARAMETERS,
        "KeyPrefix": "",
        "OutputBucketArns": "arn:aws:s3:::OUTPUT",
        "ReaderAccounts": "333333333333",
        "EnforceConditionalWrites": "yes",
        "ReplicaBucketArn": "arn:aws:s3:::REPLICA",
        "ReplicaKeyArn": "the replica's key",
    },
    "identity": {
        **CASES["identity"]["development, from GitHub"],
        **CASES["identity"]["production, from development"],
        **{f"{role}Targets": "roles" for role in ("Stage", "Promote", "Deploy", "Read")},
        "PermissionsBoundaryArn": "",
        "MakeProvider": "yes",
    },
    "pipeline": {
        **CASES["pipeline"]["one region, from an input bucket"],
        "InputBucketName": "INPUT",
        "SourceObjectKey": "KEY",
        "OutputBucketName": "OUTPUT",
    },
    "pipeline-region": CASES["pipeline-region"]["a further region"],
    "production": {
        **CASES["production"]["one bucket"],
        "MakesDistribution": "yes",
        "OtherOutputBucketArns": "arn:aws:s3:::OTHER",
        "ArtifactBucketArns": "arn:aws:s3:::ARTIFACTS",
        "PipelineKeyArns": "the pipeline's keys",
        "OutputKeyArn": "the output's key",
    },
    "registry": CASES["registry"]["an application's, for others"],
    "organisation": CASES["organisation"]["the units of production"],
    "account": CASES["account"]["with its people"],
    "codeartifact": CASES["codeartifact"]["a domain, for others"],
    "application": {
        **CASES["application"]["an application with media"],
        **CASES["application"]["a client with its pages"],
        "BucketArns": "arn:aws:s3:::BUCKET",
        "KeyArns": "their keys",
        "MediaBucketName": "MEDIA",
        "MediaKeyArn": "the media's key",
    },
}
"""The parameters with which the table is made: everything that a template can make is there."""

WORDS = {
    "<Key.Arn>": "the key",
    "<Key>": "the key's id",
    "<Distribution>": "this one",
    "<Pipeline>": "crossaccountdeploy",
    "<Provider>": "GitHub's provider",
    "arn:aws:": "",
    "333333333333": "A-THIRD-ACCOUNT",
    "444444444444": "A-FOURTH-ACCOUNT",
}


def table() -> str:
    """Return the table: a line for each statement of each policy."""
    rows = ["| template | policy | statement | what | on | if |", "| --- | --- | --- | --- | --- | --- |"]
    for name in SHOWN:
        # Those that are made in development have production for their other account.
        account, other = ("222222222222", "111111111111")
        if name.startswith(("pipeline", "codeartifact")):
            account, other = other, account
        stack = Stack(template=load(name), parameters=SHOWN[name], account=account)
        for policy, document in policies(stack):
            for number, statement in enumerate(document["Statement"], 1):
                cells = (f"`{name}.yaml`", policy, statement.get("Sid", str(number)), *described(statement))
                rows.append(f"| {' | '.join(_worded(cell, account, other) for cell in cells)} |")
    return "\n".join(rows)


def policies(stack: Stack) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield every policy document of the stack's resources, with what it is called."""
    for name, body in stack.resources.items():
        properties = body["Properties"]
        for member, called in (
            ("KeyPolicy", "{} (key)"),
            ("PolicyDocument", "{}"),
            ("RepositoryPolicyText", "{} (repository)"),
            ("PermissionsPolicyDocument", "{}"),
            ("AssumeRolePolicyDocument", "{} (trust)"),
        ):
            if member in properties:
                yield called.format(name), properties[member]
        for policy in properties.get("Policies", []):
            yield f"{name}", policy["PolicyDocument"]


def described(statement: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return what is allowed or denied, on what, and to whom and on which conditions."""
    what = ", ".join(f"`{action}`" for action in listed(statement["Action"]))
    if statement["Effect"] == "Deny":
        what = f"**denies** {what}"
    on = ", ".join(f"`{one}`" for one in listed(statement.get("Resource", [])))
    conditions = [
        f"{operator} `{key}`: {', '.join(f'`{value}`' for value in listed(values))}"
        for operator, keys in statement.get("Condition", {}).items()
        for key, values in keys.items()
    ]
    principal = statement.get("Principal")
    if principal:
        who = "anybody" if principal == "*" else ", ".join(str(one) for one in listed(next(iter(principal.values()))))
        conditions.insert(0, f"by `{who}`")
    return what, on, "; ".join(conditions)


def _worded(cell: str, account: str, other: str) -> str:
    words = {**WORDS, account: "ACCOUNT", other: "OTHER-ACCOUNT"}
    for text, word in words.items():
        cell = cell.replace(text, word)
    return re.sub(r"<(\w+)\.Arn>", r"\1", cell).replace("|", "\\|")


def main() -> None:
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(MARKED.sub(lambda match: f"{match[1]}{table()}\n{match[2]}", page), encoding="utf-8")


if __name__ == "__main__":
    main()
