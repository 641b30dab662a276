"""The command `schema`: what callers may send, as JSON Schema or as OpenAPI, for editors and generators of clients."""

from __future__ import annotations

import argparse
from typing import Any

from marshmallow import Schema

from cosbatch.cli.deploy import openapi
from cosbatch.cli.deploy.json_schema import DIALECT, json_schema
from cosbatch.cli.terminal import exit_codes, output
from cosbatch.cli.terminal.language import N_, _
from cosbatch.cli.terminal.options import Commands, command
from cosbatch.schemas.calls import ACTIONS, CREATE_JOB_OPTIONS, SCHEMAS
from cosbatch.schemas.document import CreateJobRequest
from cosbatch.schemas.profiles_file import ProfilesFile

Json = dict[str, Any]

_NAMES = (*ACTIONS, "Profiles")

_EXAMPLES = N_("""\
  JSON Schema (2020-12) of all calls and of profiles.json in one:
    cosbatch schema > cosbatch.schema.json

  Of the profiles file alone, for an editor that checks while you type:
    cosbatch schema Profiles > profiles.schema.json

  The HTTP routes as OpenAPI 3.1:
    cosbatch schema --openapi > openapi.json
""")


def add(commands: Commands) -> None:
    parser = command(commands, "schema", _("Print the JSON Schema of calls and profiles."), _(_EXAMPLES), schema)
    which = parser.add_mutually_exclusive_group()
    one_of = _("one of {names} (default: all)").format(names=", ".join(_NAMES))
    which.add_argument("name", nargs="?", choices=_NAMES, metavar="NAME", help=one_of)
    which.add_argument("--openapi", action="store_true", help=_("the HTTP routes as an OpenAPI 3.1 document"))


def schema(options: argparse.Namespace) -> int:
    definitions = _definitions()
    if options.openapi:
        output.write_json(openapi.document(definitions))
    elif options.name:
        output.write_json({"$schema": DIALECT, **definitions[options.name]})
    else:
        output.write_json(_bundle(definitions))
    return exit_codes.DONE


def _bundle(definitions: Json) -> Json:
    """One schema that takes every call and every profiles file, each defined under `$defs` by its name."""
    return {
        "$schema": DIALECT,
        "title": "Calls and profiles of cosbatch",
        "anyOf": [{"$ref": f"#/$defs/{name}"} for name in definitions],
        "$defs": definitions,
    }


def _definitions() -> dict[str, Json]:
    """The schema of each action's call, and of the profiles file (`Profiles`), by name; none names its dialect."""
    calls = {action: _call(action, schema) for action, schema in SCHEMAS.items()}
    return {"CreateJob": _create_job(), **calls, "Profiles": json_schema(ProfilesFile(), "Profiles")}


def _call(action: str, schema: Schema) -> Json:
    """A call other than CreateJob: its fields, and Action, without which it would be taken for another."""
    described = json_schema(schema, action)
    properties = {"Action": {"const": action}, **described["properties"]}
    return {**described, "properties": properties, "required": ["Action", *described["required"]]}


def _create_job() -> Json:
    """A document of its own, or what a profile leaves open of one; the manifest may be given by its name alone."""
    document, options = json_schema(CreateJobRequest(), "CreateJob"), json_schema(CREATE_JOB_OPTIONS, "CreateJob")
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
