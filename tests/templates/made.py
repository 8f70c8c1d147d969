"""Stacks of the templates in an empty sandbox, and what their resources are called there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import WaiterError

from templates.reading import Stack, load, text
from waybill.sandbox import layout
from waybill.sandbox.server import Sandbox


@dataclass(frozen=True, slots=True)
class Hands:
    """Clients of the accounts of an empty sandbox, each by the organisation's role."""

    sandbox: Sandbox
    session: boto3.Session = field(default_factory=boto3.Session)
    _made: dict[tuple[str, ...], Any] = field(default_factory=dict)

    def client(self, service: str, account: str = layout.PRODUCTION, region: str = layout.HOME_REGION) -> Any:
        where = (service, account, region)
        if where not in self._made:
            self._made[where] = self._client(service, region, **self._keys(account))
        return self._made[where]

    def _keys(self, account: str) -> dict[str, str]:
        if (account,) not in self._made:
            user = self.sandbox.accounts[layout.MANAGEMENT]["user"]
            keys = {"aws_access_key_id": user["access_key_id"], "aws_secret_access_key": user["secret_access_key"]}
            if account == layout.MANAGEMENT:
                return keys
            sts = self._client("sts", layout.HOME_REGION, **keys)
            arn = layout.organization_role_arn(account)
            taken = sts.assume_role(RoleArn=arn, RoleSessionName="a-test")["Credentials"]
            self._made[account,] = {
                "aws_access_key_id": taken["AccessKeyId"],
                "aws_secret_access_key": taken["SecretAccessKey"],
                "aws_session_token": taken["SessionToken"],
            }
        keys_of: dict[str, str] = self._made[account,]
        return keys_of

    def _client(self, service: str, region: str, **keys: str) -> Any:
        config = Config(retries={"total_max_attempts": 1})
        return self.session.client(service, region, endpoint_url=self.sandbox.url, config=config, **keys)

    def stack(
        self,
        template: str,
        parameters: Mapping[str, str],
        account: str = layout.PRODUCTION,
        region: str = layout.HOME_REGION,
        name: str = "",
    ) -> Made:
        """Create a stack; every event that failed is in the failure."""
        client = self.client("cloudformation", account, region)
        stack = client.create_stack(StackName=name or f"a-{template}", **request(template, parameters))["StackId"]
        self._wait(client, "stack_create_complete", stack)
        return self.made(template, parameters, account, region, stack)

    def change(self, made: Made, parameters: Mapping[str, str]) -> Made:
        """Give a stack other parameters."""
        client = made.client("cloudformation")
        client.update_stack(StackName=made.id, **request(made.template, parameters))
        self._wait(client, "stack_update_complete", made.id)
        return self.made(made.template, parameters, made.account, made.region, made.id)

    def _wait(self, client: Any, state: str, stack: str) -> None:
        try:
            client.get_waiter(state).wait(StackName=stack, WaiterConfig={"Delay": 0.05, "MaxAttempts": 400})
        except WaiterError:
            events = client.describe_stack_events(StackName=stack)["StackEvents"]
            failed = [event for event in reversed(events) if event["ResourceStatus"].endswith("FAILED")]
            told = [f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason')}" for event in failed]
            pytest.fail("\n".join([f"{stack} came to nothing", *told]))

    def made(self, template: str, parameters: Mapping[str, str], account: str, region: str, stack: str) -> Made:
        """What a stack has made."""
        client = self.client("cloudformation", account, region)
        resources = client.describe_stack_resources(StackName=stack)["StackResources"]
        (found,) = client.describe_stacks(StackName=stack)["Stacks"]
        return Made(
            hands=self,
            id=stack,
            template=template,
            parameters=parameters,
            account=account,
            region=region,
            ids={one["LogicalResourceId"]: one["PhysicalResourceId"] for one in resources},
            outputs={one["OutputKey"]: one["OutputValue"] for one in found.get("Outputs", [])},
        )


def request(template: str, parameters: Mapping[str, str]) -> dict[str, Any]:
    """What CreateStack and UpdateStack are told of a template."""
    return {
        "TemplateBody": text(template),
        "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        "Capabilities": ["CAPABILITY_NAMED_IAM"],
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A stack that was made. `ids` are what its resources are called, by their names in the template."""

    hands: Hands
    id: str
    template: str
    parameters: Mapping[str, str]
    account: str
    region: str
    ids: Mapping[str, str]
    outputs: Mapping[str, str]

    def client(self, service: str) -> Any:
        return self.hands.client(service, self.account, self.region)

    def told(self) -> Stack:
        """What the template says, with the names that its resources have got."""
        template = load(self.template)
        known = dict(self.ids)
        for name, id in self.ids.items():
            for attribute, value in self._attributes(template["Resources"][name]["Type"], id).items():
                known[f"{name}.{attribute}"] = value
        return Stack(
            template=template, parameters=self.parameters, account=self.account, region=self.region, known=known
        )

    def _attributes(self, type: str, id: str) -> dict[str, str]:
        at, iam = f"{self.region}:{self.account}", f"arn:aws:iam::{self.account}"
        match type:
            case "AWS::S3::Bucket":
                return {"Arn": f"arn:aws:s3:::{id}", "RegionalDomainName": f"{id}.s3.{self.region}.amazonaws.com"}
            case "AWS::KMS::Key" | "AWS::KMS::ReplicaKey":
                return {"Arn": f"arn:aws:kms:{at}:key/{id}"}
            case "AWS::IAM::Role" | "AWS::IAM::Group" | "AWS::IAM::User":
                return {"Arn": f"{iam}:{type.rpartition(':')[2].lower()}/{id}"}
            case "AWS::ECR::Repository":
                uri = f"{self.account}.dkr.ecr.{self.region}.amazonaws.com/{id}"
                return {"Arn": f"arn:aws:ecr:{at}:repository/{id}", "RepositoryUri": uri}
            case "AWS::CloudFront::Distribution":
                found = self.client("cloudfront").get_distribution(Id=id)["Distribution"]
                return {"DomainName": found["DomainName"]}
            case "AWS::CodeArtifact::Domain" | "AWS::CodeArtifact::Repository":
                return {"Arn": id, "Name": id.rpartition("/")[2]}
        return {}
