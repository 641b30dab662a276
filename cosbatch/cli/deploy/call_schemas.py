"""What callers may send, as JSON Schema: the calls of the function, and the profiles file."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema

from cosbatch.schemas.calls import CREATE_JOB_OPTIONS, SCHEMAS
from cosbatch.schemas.document import CreateJobRequest
from cosbatch.schemas.export import DIALECT, json_schema
from cosbatch.schemas.profiles_file import ProfilesFile

Json = dict[str, Any]

_TITLE = "Calls and profiles of cosbatch"


def schemas() -> dict[str, Json]:
    """The schema of each action's call, and of the profiles file (`Profiles`), by name."""
    actions = {action: _call(action, schema) for action, schema in SCHEMAS.items()}
    return {"CreateJob": _create_job(), **actions, "Profiles": json_schema(ProfilesFile(), "Profiles")}


def bundle() -> Json:
    """One schema that takes every call and every profiles file, each defined under `$defs` by its name."""
    definitions = {name: without_dialect(schema) for name, schema in schemas().items()}
    return {
        "$schema": DIALECT,
        "title": _TITLE,
        "anyOf": [{"$ref": f"#/$defs/{name}"} for name in definitions],
        "$defs": definitions,
    }


def without_dialect(schema: Json) -> Json:
    return {name: value for name, value in schema.items() if name != "$schema"}


def _call(action: str, schema: Schema) -> Json:
    """A call other than CreateJob: its fields, and Action, without which it would be taken for another."""
    described: Any = json_schema(schema, action)
    properties = {"Action": {"const": action}, **described["properties"]}
    return {**described, "properties": properties, "required": ["Action", *described["required"]]}


def _create_job() -> Json:
    """A document of its own, or what a profile leaves open of one; the manifest may be given by its name alone."""
    document: Any = json_schema(CreateJobRequest(), "CreateJob")
    options: Any = json_schema(CREATE_JOB_OPTIONS, "CreateJob")
    manifest = dict(document["properties"]["Manifest"])
    by_itself = {
        "required": document["required"],
        "properties": {"Manifest": {"anyOf": [{"type": "string"}, {"required": manifest.pop("required")}]}},
    }
    by_name = {"type": "string", "description": "The name of the manifest: cos://bucket-appid/key, its URL or its ARN."}
    properties = {
        "Action": {"const": "CreateJob", "default": "CreateJob"},
        **options["properties"],
        **document["properties"],
        "Manifest": {"description": manifest["description"], "anyOf": [by_name, manifest]},
    }
    return {**document, "properties": properties, "required": [], "anyOf": [by_itself, {"required": ["Profile"]}]}
