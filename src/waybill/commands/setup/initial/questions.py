"""What `setup init` asks: what Startifact's setup asks, then the accounts, the repositories and one pipeline."""

from __future__ import annotations

from collections.abc import Sequence

from waybill.commands.setup.initial.interview import NONE, Interview

ROLE = "arn:aws:iam::{id}:role/OrganizationAccountAccessRole"
MAY = (
    ("stage", "Where in it may a run stage versions?", "tag:v*"),
    ("promote", "Where may a run promote into production?", "environment:production"),
    ("deploy", "Where may a run deploy?", "environment:production"),
    ("read", "Where may a run look?", "branch:main"),
)


def ask_everything(interview: Interview, *, suggested: Sequence[str]) -> None:
    """Ask all questions, in the order of the file."""
    interview.asker.tell(f"An empty line takes what is in brackets; {NONE} is none.")
    interview.put(("schema",), 1)
    ask_organisation(interview, suggested=suggested)
    ask_accounts(interview)
    ask_repositories(interview)
    ask_pipeline(interview)


def ask_organisation(interview: Interview, *, suggested: Sequence[str]) -> None:
    """Ask what Startifact's setup asks, with the names that it knows."""
    tell = interview.asker.tell
    tell("\nThe regions that artifacts are staged in, parted by commas; the first is home.")
    interview.words("Regions?", ("regions",), ",".join(suggested))
    tell("\nThe SSM parameter with the organisation configuration, and the one with the artifact bucket's name.")
    interview.unless("Configuration parameter?", ("configuration", "parameter"), "/startifact")
    interview.unless("Bucket name parameter?", ("configuration", "bucket-parameter"), "/buckets/staging")
    tell("\nA key prefix is of use only where something else is in the artifact buckets. It ends with a slash.")
    interview.text("Bucket key prefix?", ("prefixes", "key"))
    tell("\nChannels are SSM parameters; what do their names begin with?")
    prefix = ("prefixes", "parameter")
    if not interview.unless("Project parameter name prefix?", prefix, "/artifacts"):
        interview.put(prefix, "")  # none is not what is left out
    _without_empty(interview, "configuration", "prefixes")


def ask_accounts(interview: Interview) -> None:
    """Ask for accounts until there is no more."""
    tell = interview.asker.tell
    tell("\nThe AWS accounts, by names of your own. Artifacts are staged in the first, and promoted into the others.")
    while not (first := _account(interview, "development", "")):
        tell("  One is needed.")
    following = _account(interview, "production", first)
    while following:
        following = _account(interview, "", first)
    if any("from" in account for account in interview.file.get("accounts", {}).values()):
        tell("\nThe roles of one account enter another's with an external id, which is no secret.")
        while not interview.text("External id?", ("external-id",), "waybill"):
            tell("  One is needed.")


def _account(interview: Interview, default: str, first: str) -> str:
    question = "Another account's name?" if first else "The first account's name?"
    name = interview.name(question, "accounts", default)
    if not name:
        return ""
    place = ("accounts", name)
    number = interview.text(f"The id of {name}, twelve digits?", (*place, "id"))
    interview.asker.tell("  Who prepares it: a role there, or (with -) the credentials at hand.")
    interview.text(f"The role in {name}?", (*place, "role"), ROLE.format(id=number))
    if first:
        interview.text(f"Whose artifacts does {name} take?", (*place, "from"), first)
    return name


def ask_repositories(interview: Interview) -> None:
    """Ask for repositories of GitHub until there is no more, and for the project of each."""
    tell = interview.asker.tell
    tell("\nThe GitHub repositories whose workflows may come in, OWNER/NAME. An empty line: no more.")
    while name := interview.name("Repository?", "repositories"):
        tell("  Tags, branches and environments, parted by commas: tag:v*, branch:main, environment:production.")
        for role, question, default in MAY:
            interview.words(question, ("repositories", name, role), default)
        project = interview.name("The project that it releases?", "projects", name.partition("/")[2])
        if project:
            interview.put(("projects", project, "repository"), name)


def ask_pipeline(interview: Interview) -> None:
    """Ask for one pipeline; more are written by hand."""
    accounts = list(interview.file["accounts"])
    interview.asker.tell("\nA CodePipeline that deploys. An empty line: none; the file takes any number later.")
    name = interview.name("The pipeline's name?", "pipelines")
    if not name:
        return
    place = ("pipelines", name)
    interview.text("The account that it is in?", (*place, "account"), accounts[0])
    interview.text("The account that it deploys into?", (*place, "production"), accounts[min(1, len(accounts) - 1)])
    interview.asker.tell("  A bucket that is made for its zip, or `staged`: it takes artifacts where they are staged.")
    source = interview.text("Its input bucket?", (*place, "source"), "staged", read=_source)
    if source != "staged":
        interview.unless("The key of the zip in it?", (*place, "source", "key"), "source.zip")
    interview.text("The bucket that it deploys to?", (*place, "output", "bucket"))
    projects = list(interview.file.get("projects", {}))
    if len(projects) == 1:
        interview.put(("projects", projects[0], "pipelines"), [name])


def _source(answer: str) -> str | dict[str, str]:
    return answer if answer == "staged" else {"bucket": answer}


def _without_empty(interview: Interview, *keys: str) -> None:
    for key in keys:
        if not interview.file.get(key, True):
            del interview.file[key]
