"""The README.md of `setup emit`: which stacks, in which order, and the exact commands of the aws CLI. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from shlex import quote

from waybill.domain.setup.estate import Estate, Member
from waybill.domain.setup.stacks.wanted import PROJECT_TAG, SETUP_TAG, Listed, OutputOf, Value, WantedStack, outputs_in

HEAD = """\
# The stacks of waybill.yaml

`waybill setup emit` wrote this directory; after a change of waybill.yaml it writes it again. `setup apply` makes the
same stacks, with the same names, parameters and tags, so that either goes on where the other ended.

- `*.yaml` are the templates, plain CloudFormation, with a description for every parameter.
- `parameters/ACCOUNT.REGION.STACK.json` are each stack's parameters, as `aws cloudformation create-stack --parameters`
  and most other tools take them. `{{Output of ACCOUNT/REGION/STACK}}` stands for what that stack's output says.
- `configuration.json` is the organisation configuration, which is no stack.

## Before

The commands run in this directory, in bash, with version 1 or 2 of the aws CLI. Each names a profile, which is the
account's name in waybill.yaml; `~/.aws/config` needs them:

"""


def readme(estate: Estate, stacks: Sequence[WantedStack]) -> str:
    """Return the page. `stacks` come after those that they need."""
    lines = [HEAD + "```ini"]
    for member in estate.accounts:
        lines += _profile(member)
    lines += ["```", "", "## The stacks, in this order", ""]
    for number, stack in enumerate(stacks, 1):
        lines += [f"{number}. `{stack.ref}`"]
    for number, stack in enumerate(stacks, 1):
        ref = stack.ref
        lines += ["", f"### {number}. {ref.name} in {ref.account}, {ref.region}", "", "```sh"]
        lines += [*_deploy(estate, stack), "```"]
    return "\n".join([*lines, *_configuration(estate), *_aliases(estate)]) + "\n"


def _profile(member: Member) -> Iterator[str]:
    yield f"[profile {member.name}]"
    if member.role is None:
        yield f"# Credentials of account {member.id}: source_profile, credential_process, sso_session, ..."
    else:
        yield f"role_arn = {member.role}"
        if member.external_id:
            yield f"external_id = {member.external_id}"
        yield "source_profile = default"
    yield ""


def _deploy(estate: Estate, stack: WantedStack) -> Iterator[str]:
    outputs = dict.fromkeys(output for value in stack.parameters.values() for output in outputs_in(value))
    names = {output: f"{output.output}{number}" for number, output in enumerate(outputs, 1)}
    for output, name in names.items():
        query = f"Stacks[0].Outputs[?OutputKey=='{output.output}'].OutputValue"
        ref = output.stack
        yield f"{name}=$(aws cloudformation describe-stacks --profile {ref.account} --region {ref.region} \\"
        yield f'  --stack-name {ref.name} --query "{query}" --output text)'
    tags = [f"{SETUP_TAG}={estate.prefixes.stack}"]
    tags += [f"{PROJECT_TAG}={stack.project}"] if stack.project else []
    yield f"aws cloudformation deploy --profile {stack.ref.account} --region {stack.ref.region} \\"
    yield f"  --stack-name {stack.ref.name} --template-file {stack.template}.yaml \\"
    yield f"  --capabilities CAPABILITY_NAMED_IAM --no-fail-on-empty-changeset --tags {' '.join(map(quote, tags))} \\"
    yield "  --parameter-overrides \\"
    said = [f"    {name}={_shell(value, names)}" for name, value in stack.parameters.items()]
    yield " \\\n".join(said)


def _shell(value: Value, names: Mapping[OutputOf, str]) -> str:
    """Return a value as a word of a shell: constants quoted where they must be, outputs as variables."""
    parts = value.parts if isinstance(value, Listed) else (value,)
    return ",".join(f'"${names[part]}"' if isinstance(part, OutputOf) else quote(part) for part in parts) or "''"


def _configuration(estate: Estate) -> Iterator[str]:
    yield from ("", "## The organisation configuration, in every account and region", "", "```sh")
    for member in estate.accounts:
        for region in estate.regions:
            yield f"aws ssm put-parameter --profile {member.name} --region {region} --type String --overwrite \\"
            yield f"  --name {estate.configuration_parameter} --value file://configuration.json"
    yield "```"


def _aliases(estate: Estate) -> Iterator[str]:
    named = [member for member in estate.accounts if member.alias]
    if named:
        yield from ("", "## The accounts' aliases, for which CloudFormation has no type", "", "```sh")
        for member in named:
            yield f"aws iam create-account-alias --profile {member.name} --account-alias {member.alias}"
        yield "```"
