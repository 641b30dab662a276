"""An object in the place of LIST that holds none: the failure names the command for this one object."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from cosbatch.cli.job_commands.one_object import explained
from cosbatch.cli.terminal import output
from cosbatch.model.errors import CosbatchError, InvalidManifest, ServiceError

PHOTO = "cos://photos-1250000000/2026/1.jpg"
RESTORE = ("restore", PHOTO, "--days", "3")


def faulty(fault: str, line: int = 1) -> CosbatchError:
    error = InvalidManifest("The content of the manifest cannot work.")
    error.fields["Verdict"] = {"Faults": [{"Fault": fault, "Line": line}]}
    return error


def archived() -> CosbatchError:
    return ServiceError("InvalidObjectState", "It is archived.", 403)


def hint(error: CosbatchError, name: str, *arguments: str, **options: object) -> str:
    """What the failure over the LIST says at its end; empty where it has no hint."""
    typed = argparse.Namespace(**{"arguments": arguments, "yes": False, "dry_run": False, **options})
    with pytest.raises(CosbatchError), explained(name, typed):
        raise error
    return str(error.fields.get("Hint", ""))


@pytest.mark.parametrize(
    "error",
    [archived(), *map(faulty, ("ColumnCount", "Empty", "Gzip", "LineTooLong", "NotUtf8", "NulByte", "WrongFormat"))],
)
def test_names_the_command_for_what_is_no_list(error: CosbatchError) -> None:
    said = hint(error, PHOTO, *RESTORE)
    command = "echo photos-1250000000,2026/1.jpg | cosbatch restore - --days 3 --yes"
    assert said.endswith(f" {PHOTO} is read as a list of objects. For this one object alone: {command}")


@pytest.mark.parametrize(
    "error",
    [
        faulty("ColumnCount", line=2),
        faulty("HeaderRow"),
        faulty("ForeignBucket"),
        InvalidManifest("The manifest lists more objects than its profile allows."),
        ServiceError("AccessDenied", "No.", 403),
    ],
)
def test_adds_nothing_where_it_may_be_a_list(error: CosbatchError) -> None:
    assert hint(error, PHOTO, *RESTORE) == ""


@pytest.mark.parametrize(
    "name",
    ["list.csv", "-", "cos://photos-1250000000", "cos://photos-1250000000/2026/", "cos://a-1250000000/manifest.json"],
)
def test_adds_nothing_where_one_object_cannot_be_meant(name: str) -> None:
    assert hint(archived(), name, "restore", name, "--days", "3") == ""


@pytest.mark.parametrize(
    ("key", "arguments", "options", "command"),
    [
        ("1.jpg", ("tag", "a=b c"), {"yes": True}, "echo a-1250000000,1.jpg | cosbatch tag - 'a=b c'"),
        ("1.jpg", ("tag", "a=b"), {"dry_run": True}, "echo a-1250000000,1.jpg | cosbatch tag - a=b"),
        ("ü '1',%.jpg", ("tag", "a=b"), {}, "echo a-1250000000,%C3%BC%20%271%27%2C%25.jpg | cosbatch tag - a=b --yes"),
        ("~1", ("tag", "a=b"), {}, "echo 'a-1250000000,~1' | cosbatch tag - a=b --yes"),
        (
            "1",
            ("plan", "--profile", "p"),
            {"call": ""},
            "echo a-1250000000,1 > one.csv && cosbatch plan one.csv --profile p",
        ),
    ],
)
def test_writes_the_command_as_a_shell_takes_it(
    key: str, arguments: tuple[str, ...], options: dict[str, object], command: str
) -> None:
    name = f"cos://a-1250000000/{key}"
    said = hint(archived(), name, arguments[0], name, *arguments[1:], **options)
    assert said.partition("alone: ")[2] == command


def test_agrees_before_the_end_of_the_options() -> None:
    said = hint(archived(), PHOTO, "restore", "--days", "3", "--", PHOTO)
    assert said.endswith("echo photos-1250000000,2026/1.jpg | cosbatch restore --days 3 --yes -- -")


def test_names_no_command_where_an_option_has_the_value_of_the_list() -> None:
    assert hint(archived(), PHOTO, *RESTORE, "--token", PHOTO) == ""


def test_overwrites_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("one.csv").write_text("kept")
    Path("one-2.csv").symlink_to("nowhere")
    said = hint(archived(), PHOTO, "plan", PHOTO, "--profile", "p", call=PHOTO)
    assert said.endswith("echo photos-1250000000,2026/1.jpg > one-3.csv && cosbatch plan one-3.csv --profile p")


def test_cuts_no_command_of_the_longest_key(capsys: pytest.CaptureFixture[str]) -> None:
    name = "cos://photos-1250000000/" + "\x01" * 850
    said = hint(archived(), name, "delete-objects", name, "--description", "x" * 3_000, "--token", "t" * 3_000)
    output.say(said)
    command = f"cosbatch delete-objects - --description {'x' * 3_000} --token {'t' * 3_000} --yes"
    assert capsys.readouterr().err.endswith(f" echo photos-1250000000,{'%01' * 850} | {command}\n")
