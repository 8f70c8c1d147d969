"""What `setup init` takes."""

from __future__ import annotations

from waybill.domain.setup.initial.text import SCHEMA_URL
from waybill.inputs.spec import Input, Kind, Verb

SETUP_INIT = Verb(
    name="setup init",
    does="ask about your accounts, regions and repositories, and write waybill.yaml; nothing in AWS is touched.",
    inputs=(
        Input("config", "The file to write.", "waybill.yaml"),
        Input("answers", "A file with the answers, YAML or JSON, where nobody is to be asked.", example="answers.yaml"),
        Input("force", "Write the file though there is one already.", "false", Kind.FLAG),
        Input("schema", "Where editors find the schema of the file: an address or a path.", SCHEMA_URL),
    ),
)
