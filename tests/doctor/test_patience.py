"""doctor asks small questions: what does not answer in seconds is given up, and not asked again."""

from __future__ import annotations

import pytest

from waybill.aws.sessions import READ_TIMEOUT, Session, ambient
from waybill.routes.doctor import PATIENCE

FIRST = {
    "access_key": "ASIAEXAMPLE",
    "secret_key": "secret",
    "token": "token",
    "expiry_time": "2999-01-01T00:00:00+00:00",
}


def waits(session: Session) -> float:
    seconds: float = session.client("sts", "us-east-1").meta.config.read_timeout
    return seconds


def test_a_session_and_those_of_its_roles_wait_as_long_as_they_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    patient, hasty = ambient(), ambient(read_timeout=PATIENCE / 2)
    assert waits(patient) == READ_TIMEOUT
    assert waits(hasty) == PATIENCE / 2 < READ_TIMEOUT
    assert waits(hasty.assuming("role", lambda: FIRST, FIRST)) == PATIENCE / 2
