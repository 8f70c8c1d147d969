"""The models load as botocore's own loader loads them, only sooner."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import UnknownServiceError
from botocore.loaders import JSONFileLoader, create_loader
from botocore.session import Session

from waybill.aws.models import _Files, register_models


@pytest.fixture(autouse=True)
def _read_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests share what they read of the models, and botocore changes what it has read."""
    loader: Any
    for loader in (JSONFileLoader, _Files):
        monkeypatch.setattr(loader, "load_file", loader.load_file.__wrapped__)


@pytest.mark.parametrize("service", ["s3", "ssm", "sts", "kms"])
@pytest.mark.parametrize("kind", ["service-2", "endpoint-rule-set-1", "paginators-1"])
def test_a_model_is_what_botocore_itself_reads(service: str, kind: str) -> None:
    session = Session()
    register_models(session)
    mine = session.get_component("data_loader").load_service_model(service, kind)
    # Text, so that the order counts too: botocore's own are ordered dictionaries.
    assert json.dumps(mine) == json.dumps(create_loader().load_service_model(service, kind))


def test_a_folder_of_models_that_the_environment_names_goes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "parcels" / "2020-01-01").mkdir(parents=True)
    (tmp_path / "parcels" / "2020-01-01" / "service-2.json").write_text('{"metadata": {"own": true}}')
    monkeypatch.setenv("PARCELS", str(tmp_path))
    monkeypatch.setenv("AWS_DATA_PATH", "$PARCELS:/nowhere")
    session = Session()
    register_models(session)
    assert session.get_component("data_loader").load_service_model("parcels", "service-2") == {
        "metadata": {"own": True}
    }


def test_a_service_that_does_not_exist_is_said_as_botocore_says_it() -> None:
    session = Session()
    register_models(session)
    with pytest.raises(UnknownServiceError):
        session.create_client("parcels", region_name="us-east-1")
