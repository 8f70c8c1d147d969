"""Answers of AWS in the words and forms that AWS uses."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import escape

from botocore.exceptions import ClientError

from aws.loopback import Answer

ROLE = "arn:aws:iam::222222222222:role/waybill-stage"
SESSION = "arn:aws:sts::222222222222:assumed-role/waybill-stage/waybill-42"
KEY = "arn:aws:kms:us-east-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab"
OBJECT = "arn:aws:s3:::acme-staging/SugarWater@1.2.3"


def client_error(code: str, message: str = "", *, status: int = 400, operation: str = "PutObject") -> ClientError:
    """Return what botocore raises for an answer."""
    error = {"Code": code, "Message": message}
    return ClientError({"Error": error, "ResponseMetadata": {"HTTPStatusCode": status}}, operation)


def s3_error(status: int, code: str, message: str = "", **more: str) -> Answer:
    """Return an error as S3 writes it. `more` are further elements of it."""
    rest = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in more.items())
    text = escape(message, {'"': "&quot;"})
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{text}</Message>{rest}</Error>'
    return Answer(status, body, {"Content-Type": "application/xml"})


def late_error(code: str, message: str = "") -> Answer:
    """Return an error that S3 found after it had said 200, and had sent white space to keep the connection."""
    body = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n   \n<Error><Code>{code}</Code><Message>{message}</Message></Error>'
    )
    return Answer(200, body, {"Content-Type": "application/xml"})


def ssm_error(status: int, code: str, message: str = "") -> Answer:
    """Return an error as Systems Manager and KMS write it."""
    body = json.dumps({"__type": f"com.amazonaws.example#{code}", "message": message})
    return Answer(status, body, {"Content-Type": "application/x-amz-json-1.1"})


def sts_error(status: int, code: str, message: str = "") -> Answer:
    """Return an error as STS writes it."""
    body = (
        '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>'
        f"<Code>{code}</Code><Message>{escape(message)}</Message></Error></ErrorResponse>"
    )
    return Answer(status, body, {"Content-Type": "text/xml"})


def sts_session(action: str, number: int = 1, *, seconds: float = 3600, arn: str = SESSION) -> Answer:
    """Return a new session of a role; `number` tells its secrets from those of others."""
    end = (datetime.now(UTC) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
    body = (
        f'<{action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><{action}Result>'
        f"<AssumedRoleUser><AssumedRoleId>AROA:waybill</AssumedRoleId><Arn>{arn}</Arn></AssumedRoleUser>"
        f"<Credentials><AccessKeyId>ASIA{number:016d}</AccessKeyId><SecretAccessKey>secret-{number}</SecretAccessKey>"
        f"<SessionToken>token-{number}</SessionToken><Expiration>{end}</Expiration></Credentials>"
        f"</{action}Result></{action}Response>"
    )
    return Answer(200, body, {"Content-Type": "text/xml"})


def sts_caller(arn: str) -> Answer:
    """Return who somebody is."""
    body = (
        '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
        f"<Arn>{arn}</Arn><UserId>AIDA</UserId><Account>{arn.split(':')[4]}</Account></GetCallerIdentityResult>"
        "</GetCallerIdentityResponse>"
    )
    return Answer(200, body, {"Content-Type": "text/xml"})
