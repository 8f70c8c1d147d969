"""P10: every fault of a run at once, by its YAML name, with value, rule and example; nothing is touched."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.strategies import printable
from fakes.aws import REGIONS
from waybill.domain.waybill import Origin
from waybill.errors import ExitCode, Fault, InputError
from waybill.inputs.options import read_words
from waybill.inputs.spec import Kind
from waybill.inputs.stage import read
from waybill.inputs.surroundings import Surroundings
from waybill.inputs.tables.stage import STAGE
from waybill.inputs.typed import OF_THE_RUNNER, command_line
from waybill.packing import survey

ROLE = "arn:aws:iam::222222222222:role/waybill-stage"
KEY = "arn:aws:kms:us-east-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab"
GOOD = {"project": "SugarWater", "version": "1.2.3", "path": "app.bin"}


@pytest.fixture
def around(tmp_path: Path) -> Surroundings:
    """Return a workspace with all that paths can be wrong about."""
    (tmp_path / "app.bin").write_bytes(b"bytes")
    (tmp_path / "empty.bin").touch()
    (tmp_path / "hollow").mkdir()
    (tmp_path / "leaking").mkdir()
    (tmp_path / "leaking" / "out").symlink_to("/etc/hostname")
    return surroundings(tmp_path)


def surroundings(workspace: Path, tag: str | None = None) -> Surroundings:
    return Surroundings(
        origin=Origin(ref="refs/heads/main"),
        tag=tag,
        places=REGIONS,
        parameter="",
        regions=frozenset(REGIONS),
        survey=lambda path, empty, compress: survey(path, workspace=workspace, allow_empty=empty, compress=compress),
    )


def faults_of(values: Mapping[str, str], around: Surroundings) -> list[Fault]:
    with pytest.raises(InputError) as caught:
        read(values, around)
    assert caught.value.exit_code == ExitCode.INPUT
    assert all(str(fault) in caught.value.what for fault in caught.value.faults)
    return list(caught.value.faults)


MUCH = "\n".join(f"{number}={'x' * 2000}" for number in range(200))

WRONG = {
    "project": [
        "",
        " ",
        ".",
        "..",
        "a/b",
        "a b",
        "a\nb",
        "Sugar\u0405ater",
        "a@b",
        "ﬀ",
        "a\u200bb",
        "a:b",
        "a{}b",
        "a\n",
    ],
    "version": ["", "v1.2.3", "1.2", "01.2.3", "1.2.3 ", " 1.2.3", "{1.2.3}", "1.2.3\n", "1.2.3-01", "latest", "auto"],
    "path": ["", "missing.bin", "empty.bin", "hollow", "leaking", "*.nothing", "dist/**", "app.bin/", "../*/nothing"],
    "metadata": [
        "lang",
        "=dotnet",
        "a=1\na=2",
        "startifact:filename=x",
        f"a={'x' * 2049}",
        "a=\x07",
        MUCH,
        "ok=1\nlang",
    ],
    "regions": ["us-east-9", "us_east_1", "us-east-1;eu-west-1", "moon", "us-east-1,,moon", ","],
    "bucket-parameter": ["a b", "/a//b", "/a/", "/aws/x", "a" * 1012, "/a/{{x}}"],
    "configuration-parameter": ["a b", "/ssm/x", "/"],
    "parameter-prefix": ["artifacts", "/a/", "/a b", "/aws"],
    "key-prefix": ["a b", "k" * 513, "\u043a/"],
    "oidc-role": ["role", "arn:aws:iam::2222:role/x", "arn:aws:iam::222222222222:user/x", f"{ROLE}\n"],
    "role": ["waybill-stage", "arn:aws:sts::222222222222:assumed-role/a/b", "arn:aws:iam::222222222222:role/"],
    "role-session-name": ["a", "a b", "x" * 65],
    "role-duration": ["1", "899", "43201", "1h", "-1", "3600.0", "\u0663\u0666\u0660\u0660"],
    "expected-account": ["1", "22222222222", "2222222222222", "22222222222a", "\u0662" * 12],
    "audience": ["two words", "x" * 256],
    "kms-key": ["alias/x", "1234abcd", "us-west-2=" + KEY, f"us-east-1={KEY}\nus-east-1={KEY}", "x=y", "none\nnone"],
    "channel": ["Latest", "a", "1st", "a_b", "aws", "ssm", "latest\n", "a/b"],
    "update-channel": ["always", "Newer"],
    "require": ["0", "-1", "some", "1.5", "half", "\u0663", "99999"],
    "content-type": ["zip", "text/", "a/b\nc: d", "a b/c"],
    "filename": ["yes", "1"],
    "compress": ["perhaps"],
    "dry-run": ["0"],
    "reinstate": ["no"],
    "session-tags": ["off"],
    "allow-empty": ["y"],
    "summary": ["none"],
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in WRONG.items() for value in values], ids=lambda text: text[:30]
)
def test_a_wrong_input_is_named_with_value_rule_and_example(name: str, value: str, around: Surroundings) -> None:
    faults = faults_of({**GOOD, name: value}, around)
    assert {fault.name for fault in faults} == {name}
    for fault in faults:
        assert fault.rule
        assert fault.example
        assert str(fault.value) or not value.strip() or name in {"regions", "kms-key"}


@pytest.mark.parametrize("name", [".env", "a:b", "con.txt", "ends.", ".dist/"])
def test_a_file_name_that_no_download_restores_is_refused_where_it_is_to_be_remembered(
    name: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    if name.endswith("/"):
        path.mkdir()
        path = path / "inside"
    path.write_bytes(b"bytes")
    values = {**GOOD, "path": name}
    read(values, surroundings(tmp_path))
    (fault,) = faults_of({**values, "filename": "true"}, surroundings(tmp_path))
    assert (fault.name, fault.value) == ("filename", "true")
    assert repr(name.rstrip("/"))[1:-1] in fault.rule


def test_every_wrong_input_is_told_in_one_run_in_the_order_of_the_table(around: Surroundings) -> None:
    values = {name: wrong[-1] for name, wrong in WRONG.items()} | {"project": "a/b", "regions": "moon"}
    names = [fault.name for fault in faults_of(values, around)]
    assert set(names) == set(WRONG)
    order = [item.name for item in STAGE.inputs]
    assert names == sorted(names, key=order.index)


def test_faults_of_the_command_line_are_told_with_the_others(around: Surroundings) -> None:
    words = read_words(STAGE, ["--projct", "X", "--version", "v1", "--require", "2", "--require", "3", "--path", "no"])
    with pytest.raises(InputError) as caught:
        read(words.values, around, words.faults)
    assert {"--projct", "require", "version", "path", "project"} <= {fault.name for fault in caught.value.faults}
    assert "did you mean `--project`?" in caught.value.what


@pytest.mark.parametrize(
    ("values", "name", "said"),
    [
        ({"require": "4", "regions": ",".join(REGIONS)}, "require", "more regions than there are"),
        ({"role": ROLE, "expected-account": "111111111111"}, "expected-account", "another account"),
        ({"role-external-id": "acme"}, "role-external-id", "of no use without `role`"),
        ({"role": ROLE, "role-external-id": "x"}, "role-external-id", "2 to 1224"),
        ({"role": ROLE, "oidc-role": ROLE, "role-duration": "7200"}, "role-duration", "at most 3600"),
        ({"kms-key": KEY, "regions": "us-east-1,eu-west-1"}, "kms-key", "us-east-1"),
        ({"kms-key": f"us-east-1={KEY}", "regions": "us-east-1,eu-west-1"}, "kms-key", "eu-west-1"),
        ({"resume": "true"}, "path", "not used with `resume`"),
        ({"metadata": "a=1\nnothing\nstartifact:x=1"}, "metadata", "reserved"),
    ],
)
def test_inputs_that_do_not_go_together(values: dict[str, str], name: str, said: str, around: Surroundings) -> None:
    faults = faults_of({**GOOD, **values}, around)
    assert {fault.name for fault in faults} == {name}
    assert said in str(faults)


@pytest.mark.parametrize("tag", [None, "release", "v1.2", "Other@1.2.3", "Other/v1.2.3"])
def test_a_version_from_no_tag_of_ours(tag: str | None, tmp_path: Path) -> None:
    (tmp_path / "app.bin").write_bytes(b"bytes")
    faults = faults_of({**GOOD, "version": "auto"}, surroundings(tmp_path, tag))
    assert [fault.name for fault in faults] == ["version"]


@pytest.mark.parametrize("tag", ["1.2.3", "v1.2.3", "SugarWater@1.2.3", "SugarWater/v1.2.3"])
def test_a_version_from_a_tag_is_named_in_the_command_that_resumes(tag: str, tmp_path: Path) -> None:
    (tmp_path / "app.bin").write_bytes(b"bytes")
    request, _ = read({**GOOD, "version": "auto"}, surroundings(tmp_path, tag))
    assert request.version.text == "1.2.3"
    for line in (request.again, request.restart):
        assert "auto" not in line
        assert "1.2.3" in line


texts = printable.map(str.strip).filter(bool) | st.sampled_from(["true", "false", "--json", "--path", "-x", "a b", "'"])
flags = st.sampled_from(["true", "false", "True", "FALSE"])
values = st.fixed_dictionaries(
    {}, optional={item.name: flags if item.kind is Kind.FLAG else texts for item in STAGE.inputs}
)


@given(values)
def test_the_command_that_is_printed_says_what_was_asked(asked: dict[str, str]) -> None:
    """`resume` is pasted into a terminal: what the options are read as is what the inputs were."""
    import shlex

    words = read_words(STAGE, shlex.split(command_line(STAGE, asked))[2:])
    assert not words.faults
    table = {item.name: item for item in STAGE.inputs if item.name not in OF_THE_RUNNER and not item.secret}

    def meant(given: Mapping[str, str]) -> dict[str, str]:
        read = {name: given.get(name, item.default) for name, item in table.items()}
        return {name: text.lower() if table[name].kind is Kind.FLAG else text for name, text in read.items()}

    assert meant(words.values) == meant(asked)
