"""`schema`: valid JSON Schema and OpenAPI, which take what the function takes."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # the package carries no types

from cosbatch.cli.main import main
from cosbatch.schemas.calls import ACTIONS, load_call
from cosbatch.triggers.http_event import PARAMETERS, WITH_BODY
from tests.cli.running import Run
from tests.pages import blocks, page

ROOT = Path(__file__).parents[3]
MANIFEST = "cos://manifest-1250000000/restore/2026-11.csv"
DOCUMENT = json.loads((ROOT / "profiles.json").read_text())["profiles"][0]["job"]

TAKEN: list[tuple[str, dict[str, Any]]] = [
    ("CreateJob", {"Profile": "restore", "Manifest": MANIFEST}),
    ("CreateJob", {"Profile": "restore", "Manifest": MANIFEST, "Priority": 20, "DryRun": True}),
    ("CreateJob", {"Action": "CreateJob", "Profile": "restore", "Manifest": {"Location": {"ObjectArn": MANIFEST}}}),
    ("CreateJob", {"Profile": "restore", "Manifest": {"Spec": {"Format": "COSInventoryReport_CSV_V1"}}}),
    ("CreateJob", {**DOCUMENT, "Manifest": MANIFEST}),
    ("CreateJob", {**DOCUMENT, "Manifest": {"Location": {"ObjectArn": MANIFEST, "ETag": "1"}}}),
    ("DescribeJob", {"Action": "DescribeJob", "JobId": "1"}),
    ("ListJobs", {"Action": "ListJobs", "JobStatuses": "Active", "MaxResults": 10}),
    ("UpdateJobPriority", {"Action": "UpdateJobPriority", "JobId": "1", "Priority": "7"}),
    ("UpdateJobStatus", {"Action": "UpdateJobStatus", "JobId": "1", "RequestedJobStatus": "Ready"}),
    ("DeleteJob", {"Action": "DeleteJob", "JobId": "1"}),
]
REFUSED: list[tuple[str, Any]] = [
    ("CreateJob", {"Manifest": MANIFEST}),
    ("CreateJob", DOCUMENT),
    ("CreateJob", {**DOCUMENT, "Manifest": {"Spec": {"Format": "COSInventoryReport_CSV_V1"}}}),
    ("CreateJob", {"Profile": "restore", "Manifest": MANIFEST, "Strange": 1}),
    ("CreateJob", {"Profile": "restore", "Manifest": 1}),
    ("CreateJob", {"Action": "DeleteJob", "Profile": "restore", "Manifest": MANIFEST}),
    ("DescribeJob", {"JobId": "1"}),
    ("DescribeJob", {"Action": "DescribeJob"}),
    ("UpdateJobStatus", {"Action": "UpdateJobStatus", "JobId": "1", "RequestedJobStatus": "Paused"}),
    ("Profiles", []),
]


@cache
def printed(*arguments: str) -> Any:
    """What `schema` prints; asked once for all tests."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        assert main(["schema", *arguments]) == 0
    assert err.getvalue() == ""
    return json.loads(out.getvalue())


@pytest.mark.parametrize("name", [*ACTIONS, "Profiles"])
def test_prints_each_schema_by_its_name(name: str) -> None:
    schema = printed(name)
    assert schema["title"] == name
    Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize(("name", "call"), TAKEN)
def test_takes_what_the_function_takes(name: str, call: dict[str, Any]) -> None:
    Draft202012Validator(printed(name)).validate(call)
    Draft202012Validator(printed()).validate(call)
    if name != "CreateJob":
        load_call(name, {field: value for field, value in call.items() if field != "Action"})


@pytest.mark.parametrize(("name", "call"), REFUSED)
def test_refuses_what_the_function_refuses(name: str, call: Any) -> None:
    assert not Draft202012Validator(printed(name)).is_valid(call)
    assert not Draft202012Validator(printed()).is_valid(call)


def test_prints_one_schema_of_all_that_takes_the_example_profiles() -> None:
    schema = printed()
    Draft202012Validator.check_schema(schema)
    assert set(schema["$defs"]) == {*ACTIONS, "Profiles"}
    Draft202012Validator(schema).validate(json.loads((ROOT / "profiles.json").read_text()))


def test_takes_the_calls_that_the_page_shows() -> None:
    shown = map(json.loads, blocks(page("docs/calls.md"), "json"))
    calls = [call for call in shown if "Profile" in call or "Action" in call]
    assert calls
    for call in calls:
        Draft202012Validator(printed()).validate(call)


def test_describes_every_route() -> None:
    document = printed("--openapi")
    operations = {operation["operationId"]: operation for _, _, operation in operations_of(document)}
    assert document["openapi"] == "3.1.0"
    assert {action[0].lower() + action[1:] for action in ACTIONS} == set(operations)
    for action, parameters in PARAMETERS.items():
        operation = operations[action[0].lower() + action[1:]]
        query = [parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "query"]
        assert query == list(parameters)
        assert ("requestBody" in operation) == (action in WITH_BODY)


def operations_of(document: Any) -> Iterator[tuple[str, str, Any]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method != "parameters":
                yield path, method, operation


def test_declares_what_the_paths_hold() -> None:
    document = printed("--openapi")
    for path, item in document["paths"].items():
        declared = [parameter["name"] for parameter in item.get("parameters", ())]
        assert declared == (["JobId"] if "{JobId}" in path else [])


def test_refers_only_to_what_is_there() -> None:
    document = printed("--openapi")
    references = set(references_of(document))
    assert references
    for reference in references:
        found = document
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]


def references_of(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for below in value.values():
            yield from references_of(below)
    elif isinstance(value, list):
        for below in value:
            yield from references_of(below)


def test_defines_schemas_of_the_dialect_in_the_openapi_document() -> None:
    schemas = printed("--openapi")["components"]["schemas"]
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)
    body = Draft202012Validator(schemas["CreateJobBody"])
    assert body.is_valid({"Profile": "restore", "Manifest": MANIFEST})
    assert not body.is_valid({"Manifest": MANIFEST})
    assert Draft202012Validator(schemas["UpdateJobPriorityBody"]).is_valid({"Priority": 7})


def test_takes_one_name_or_the_routes_not_both(run: Run) -> None:
    assert run("schema", "Profiles", "--openapi").code == 2
    assert run("schema", "Weather").code == 2
