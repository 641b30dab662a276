"""The places of a document by what a person typed for them."""

from __future__ import annotations

import argparse

import pytest

from cosbatch.cli.main import parser
from cosbatch.cli.terminal.typed import place_typed

HOW = ("--role", "R", "--report", "cos://report-1250000000/r")
COPY = ("copy", "list.csv", "--to", "cos://a-1250000000/x", "--strip", "old/")


@pytest.mark.parametrize(
    ("arguments", "pointer", "place"),
    [
        (("restore", "list.csv", "--days", "7", *HOW), "/Operation", "--days"),
        (("restore", "list.csv", "--days", "7", *HOW), "/RoleArn", "--role"),
        (("restore", "list.csv", "--days", "7", *HOW), "/Report/Prefix", "--report"),
        (("restore", "list.csv", "--report-scope", "failed"), "/Report", "--report-scope"),
        (("restore", "list.csv", "--plan-digest", "x"), "/PlanDigest", "--plan-digest"),
        (COPY, "/Operation", "--to, --strip"),
        (COPY, "/Operation/COSPutObjectCopy/TargetResource", "--to"),
        (COPY, "/Manifest/Location/ObjectArn", "list.csv"),
        (("split", "empty.csv", "--rows", "5"), "/Manifest/Location/ObjectArn", "empty.csv"),
        (("delete-objects", "list.csv"), "/Operation", "/Operation"),
        (("delete-objects", "list.csv"), "/Elsewhere", "/Elsewhere"),
        (("delete-objects", "list.csv"), "", "/"),
        (("create", "call.json"), "/Manifest", "/Manifest"),
        (("priority", "JOB", "9"), "/Priority", "/Priority"),
        (("retry", "JOB"), "/Report", "/Report"),
        (("jobs",), "/COSBATCH_UIN", "COSBATCH_UIN"),
    ],
)
def test_names_the_option_or_the_list(arguments: tuple[str, ...], pointer: str, place: str) -> None:
    assert place_typed(pointer, parser().parse_args(arguments, argparse.Namespace())) == place
